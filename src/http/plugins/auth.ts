import type { IncomingHttpHeaders } from 'node:http';
import type { FastifyInstance } from 'fastify';
import { FaceSearchError } from '../../core/errors.js';
import type { Caller } from '../../persistence/keys/api-key-store.js';
import type { CallLimits } from './rate-limit.js';

/** Knows the API keys. */
export interface KeyLookup {
  /** Undefined for a key that does not exist, is revoked or has expired. */
  callerOf(key: string): Promise<Caller | undefined>;
}

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The endpoint changes nothing, or checks by itself: read-only keys may use it. Others are refused to them. */
    forReadOnlyKeys?: boolean;
  }
}

/** Asks every request of this scope for a key that may use the endpoint, before any of its body is read. */
export function requireKey(app: FastifyInstance, keys: KeyLookup, limits: CallLimits): void {
  app.addHook('onRequest', async (request, reply) => {
    const key = header(request.headers, 'api_key') ?? header(request.headers, 'api-key');
    if (key === undefined) throw new FaceSearchError('MISSING', 'missing-api-key');
    await limits.refuseGuessing(request, reply, key);
    const caller = await keys.callerOf(key);
    if (!caller) {
      await limits.countFailure(request);
      throw new FaceSearchError('UNKNOWN_KEY');
    }
    limits.noteSuccess(request, key);
    request.context.knownCaller = caller;
    await limits.countCall(request, reply);
    if (caller.readOnly && !request.routeOptions.config.forReadOnlyKeys) throw new FaceSearchError('READ_ONLY_KEY');
  });
}

/** A header with a value; an empty one counts as absent. */
export function header(headers: IncomingHttpHeaders, name: string): string | undefined {
  const value = headers[name];
  return (Array.isArray(value) ? value[0] : value) || undefined;
}
