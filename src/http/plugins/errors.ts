import { STATUS_CODES } from 'node:http';
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { FaceSearchError } from '../../core/errors.js';
import { StoreError } from '../../persistence/store-error.js';
import { spoken } from '../dialect.js';
import type { ReplyBody } from '../replies.js';
import { RequestContext } from '../request-context.js';
import { noteMethods } from './allowed-methods.js';

const overloadedRetrySeconds = 1;

/**
 * Makes every reply that is not a success, for errors that handlers throw, for fastify's own and for unknown routes.
 * @param mirror send business codes as the HTTP status too
 */
export function addErrorReplies(app: FastifyInstance, mirror: boolean): void {
  app.setErrorHandler((error: FastifyError | FaceSearchError, request, reply) =>
    sendError(error, request, reply, mirror),
  );
  const otherMethods = noteMethods(app);
  app.setNotFoundHandler((request, reply) => {
    const allowed = otherMethods(request);
    if (allowed) reply.header('allow', allowed.join(', '));
    return sendError(new FaceSearchError(allowed ? 'WRONG_METHOD' : 'UNKNOWN_ROUTE'), request, reply, mirror);
  });
}

/** Sends the reply for anything that was thrown; a text that is not meant for clients only reaches the log. */
export function sendError(error: unknown, request: FastifyRequest, reply: FastifyReply, mirror: boolean): FastifyReply {
  const { errorName, realStatus, reason, ...own } = describe(error);
  const dialect = request.routeOptions?.config?.dialect;
  const { code, text } = dialect ? spoken(errorName, reason, own.text, dialect) : own;
  // A URL that cannot be read comes here before any hook.
  request.context ??= new RequestContext();
  request.context.refusal = { errorName, reason };
  if (error instanceof FaceSearchError && error.stages) request.context.stages = error.stages;
  if (code === 500 || error instanceof StoreError) request.log.error({ err: error }, 'request failed');
  if ((code === 503 || code === 429) && !reply.hasHeader('retry-after'))
    reply.header('retry-after', overloadedRetrySeconds);
  const body: ReplyBody = {
    data: text,
    code: String(code),
    ...(dialect?.message && !realStatus && { message: dialect.message }),
    reason,
    ...(error instanceof FaceSearchError && error.photo && { photo: error.photo }),
  };
  return reply.code(realStatus || mirror ? code : 200).send(body);
}

type Description = Pick<FaceSearchError, 'errorName' | 'reason' | 'code' | 'realStatus'> & { text: string };

function describe(error: unknown): Description {
  if (error instanceof FaceSearchError) {
    const { errorName, reason, code, realStatus, message } = error;
    return { errorName, reason, code, realStatus, text: message };
  }
  if (error instanceof StoreError) {
    // A disk that is full or away comes back; no waiting heals a damaged file.
    if (error.trouble === 'damaged') return describe(new FaceSearchError('INTERNAL'));
    const reason = error.trouble === 'uncertain' ? 'change-uncertain' : 'storage-unavailable';
    return describe(new FaceSearchError('STORE_UNAVAILABLE', reason));
  }
  const status = (error as Partial<FastifyError> | undefined)?.statusCode ?? 500;
  if (status === 415) return describe(new FaceSearchError('MEDIA_TYPE', 'media-type'));
  if (status === 413) return describe(new FaceSearchError('BODY_TOO_LARGE'));
  // Fastify's own refusals; their texts may repeat the URL, so the standard phrase stands for them.
  if (status >= 400 && status < 500)
    return {
      ...describe(new FaceSearchError('BAD_REQUEST')),
      code: status,
      text: STATUS_CODES[status] ?? 'Bad Request',
    };
  return describe(new FaceSearchError('INTERNAL'));
}
