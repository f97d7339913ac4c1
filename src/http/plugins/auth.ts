import type { FastifyInstance, FastifyRequest } from 'fastify';
import { FaceSearchError } from '../../core/errors.js';
import type { Caller } from '../../persistence/store.js';
import type { CallLimits } from './rate-limit.js';

/** Knows the API keys. */
export interface KeyLookup {
  /** Undefined for a key that does not exist, is revoked or has expired. */
  callerOf(key: string): Promise<Caller | undefined>;
}

declare module 'fastify' {
  interface FastifyRequest {
    /** Whose key the request came with; null until it is checked. */
    caller: Caller | null;
  }
  interface FastifyContextConfig {
    /** The call changes nothing, or checks by itself: read-only keys may make it. Others are refused to them. */
    forReadOnlyKeys?: boolean;
  }
}

/** Options of a route that read-only keys may call. */
export const forReadOnlyKeys = { config: { forReadOnlyKeys: true } };

/** Asks every request of this scope for a key that may make the call, before any of its body is read. */
export function requireKey(app: FastifyInstance, keys: KeyLookup, limits: CallLimits): void {
  app.decorateRequest('caller', null);
  app.addHook('onRequest', async (request, reply) => {
    const key = header(request, 'api_key') ?? header(request, 'api-key');
    if (key === undefined) throw new FaceSearchError('MISSING', 'missing-api-key');
    await limits.refuseGuessing(request, reply, key);
    const caller = await keys.callerOf(key);
    if (!caller) {
      await limits.countFailure(request);
      throw new FaceSearchError('UNKNOWN_KEY');
    }
    limits.noteSuccess(request, key);
    request.caller = caller;
    await limits.countCall(request, reply);
    if (caller.readOnly && !request.routeOptions.config.forReadOnlyKeys) throw new FaceSearchError('READ_ONLY_KEY');
  });
}

/** A header with a value; an empty one counts as absent. */
export function header(request: FastifyRequest, name: string): string | undefined {
  const value = request.headers[name];
  return (Array.isArray(value) ? value[0] : value) || undefined;
}
