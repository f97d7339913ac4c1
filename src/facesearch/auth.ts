import type { FastifyInstance, FastifyRequest } from 'fastify';
import { FaceSearchError } from '../errors.js';

/** Knows the API keys. */
export interface KeyLookup {
  /** Undefined for a key that does not exist or is revoked. */
  tenantOf(key: string): Promise<string | undefined>;
}

declare module 'fastify' {
  interface FastifyRequest {
    /** Whose collections the request works on; empty until the key is checked. */
    tenant: string;
  }
}

/** Asks every request of this scope for a key, before any of its body is read. */
export function requireKey(app: FastifyInstance, keys: KeyLookup): void {
  app.decorateRequest('tenant', '');
  app.addHook('onRequest', async (request) => {
    const key = header(request, 'api_key') ?? header(request, 'api-key');
    if (key === undefined) throw new FaceSearchError('MISSING', 'Missing api_key');
    const tenant = await keys.tenantOf(key);
    if (tenant === undefined) throw new FaceSearchError('UNKNOWN_KEY');
    request.tenant = tenant;
  });
}

/** A header with a value; an empty one counts as absent. */
export function header(request: FastifyRequest, name: string): string | undefined {
  const value = request.headers[name];
  return (Array.isArray(value) ? value[0] : value) || undefined;
}
