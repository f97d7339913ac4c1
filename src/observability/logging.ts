import { randomUUID } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import { type DestinationStream, type Logger, pino, stdSerializers } from 'pino';
import type { Config } from '../config/config.js';

declare module 'fastify' {
  interface FastifyRequest {
    /** Milliseconds per stage of the analysis, for the log. */
    stages: Readonly<Record<string, number>> | null;
    /** Code in the body of the reply, for the log. */
    outcome: string | null;
    /** Machine-readable cause of a refusal, for the log. */
    reason: string | null;
  }
}

/**
 * JSON lines. Keys, images, vectors, names and ids have no place in them, so whatever a library would log of a
 * request (headers, URL) is cut down here.
 */
export function createLogger(level: Config['LOG_LEVEL'], destination?: DestinationStream): Logger {
  const options = {
    level,
    base: { pid: process.pid },
    serializers: {
      req: (request: { id?: unknown; method?: unknown }) => ({ id: request.id, method: request.method }),
      res: (reply: { statusCode?: unknown }) => ({ statusCode: reply.statusCode }),
      err: stdSerializers.err,
    },
    // @fastify/multipart logs its options, which hold all request headers, at the trace level.
    redact: { paths: ['headers', '*.headers', 'busboyOptions', 'rawHeaders', '*.rawHeaders'], remove: true },
  };
  return destination ? pino(options, destination) : pino(options);
}

/** A request id; random, so that it neither repeats nor tells how many requests there were. */
export function newRequestId(): string {
  return randomUUID();
}

/** Logs one line for each request, probes at the debug level, and returns the request's id in a header. */
export function addAccessLog(app: FastifyInstance): void {
  app.decorateRequest('stages', null);
  app.decorateRequest('outcome', null);
  app.decorateRequest('reason', null);

  app.addHook('onRequest', async (request, reply) => {
    reply.header('x-request-id', request.id);
  });

  app.addHook('preSerialization', async (request, _reply, payload) => {
    const code = (payload as { code?: unknown } | null)?.code;
    request.outcome = typeof code === 'string' ? code : null;
    return payload;
  });

  app.addHook('onResponse', async (request, reply) => {
    const route = request.routeOptions.url;
    const isProbe = route === '/health' || route === '/ready';
    request.log[isProbe ? 'debug' : 'info'](
      {
        method: request.method,
        // The pattern: the URL itself may hold the name of a collection.
        route: route ?? 'unknown',
        status: reply.statusCode,
        code: request.outcome,
        ...(request.reason !== null && { reason: request.reason }),
        ms: Math.round(reply.elapsedTime),
        ...(request.stages && { stages: rounded(request.stages) }),
      },
      'request',
    );
  });

  app.addHook('onRequestAbort', async (request) => {
    request.log.info({ method: request.method, route: request.routeOptions.url ?? 'unknown' }, 'request aborted');
  });
}

/** To tenths of a millisecond. */
function rounded(stages: Readonly<Record<string, number>>): Record<string, number> {
  return Object.fromEntries(Object.entries(stages).map(([stage, ms]) => [stage, Math.round(ms * 10) / 10]));
}
