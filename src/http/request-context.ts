import type { FastifyInstance } from 'fastify';
import { FaceSearchError, type Reason, type RefusalCause } from '../core/errors.js';
import type { Caller } from '../persistence/keys/api-key-store.js';
import type { CollectionRef } from '../persistence/people/people-store.js';
import type { ReplyBody } from './replies.js';

declare module 'fastify' {
  interface FastifyRequest {
    context: RequestContext;
  }
}

/** What is known of one request while it is served: plugins and the endpoint fill it, and log, audit and metrics read it. */
export class RequestContext {
  /** Whose key the request came with; undefined until the key is checked. */
  knownCaller: Caller | undefined;
  /** Whose data the request is about, as far as it was read. */
  subject: { collection?: string; userId?: string; accountId?: number } = {};
  /** Milliseconds per stage of the analysis of a photo. */
  stages: Readonly<Record<string, number>> | undefined;
  /** Refusals of a photo that the request overruled. */
  overruled: readonly Reason[] = [];
  /** Similarity of a search's best candidate, 0–1. */
  similarity: number | undefined;
  /** What was answered, or what /analyse says would be. */
  refusal: Pick<RefusalCause, 'errorName' | 'reason'> | undefined;
  /** Body of the reply; undefined for files, and before there is one. */
  reply: ReplyBody | undefined;
  /** Begun while the audit log could be written. */
  isAudited = false;
  /** The body was refused unseen, and the reply does not wait for its end. */
  isBodyRefused = false;
  readonly #abandoned = new AbortController();

  /** @throws Error where no key was asked for */
  get caller(): Caller {
    if (!this.knownCaller) throw new Error('an endpoint was reached without a key');
    return this.knownCaller;
  }

  /** A collection of the caller's tenant. */
  collection(name: string): CollectionRef {
    return { tenant: this.caller.tenant, collection: name };
  }

  /** Code in the body of the reply. */
  get code(): string | undefined {
    return typeof this.reply?.code === 'string' ? this.reply.code : undefined;
  }

  /** Fires when the client is gone or the deadline has passed: work that still waits its turn is given up. */
  get abandoned(): AbortSignal {
    return this.#abandoned.signal;
  }

  abandon(): void {
    this.#abandoned.abort(new FaceSearchError('OVERLOADED', 'deadline-passed'));
  }
}

/** Gives each request its context, before every other hook. */
export function addRequestContext(app: FastifyInstance): void {
  app.decorateRequest('context', undefined as unknown as RequestContext);
  app.addHook('onRequest', async (request) => {
    request.context = new RequestContext();
  });
  app.addHook('preSerialization', async (request, _reply, payload) => {
    request.context.reply = payload as ReplyBody;
    return payload;
  });
}
