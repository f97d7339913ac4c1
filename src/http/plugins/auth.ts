import type { IncomingHttpHeaders } from 'node:http';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Sessions } from '../../accounts/sessions.js';
import { FaceSearchError } from '../../core/errors.js';
import type { Caller } from '../../persistence/keys/api-key-store.js';
import { isSearchOnly, type Permission } from '../../persistence/keys/permissions.js';
import type { CallLimits } from './rate-limit.js';
import { refuseCrossSite, sessionToken } from './session-cookie.js';

/** Knows the API keys. */
export interface KeyLookup {
  /** Undefined for a key that does not exist, is revoked or has expired. */
  callerOf(key: string): Promise<Caller | undefined>;
}

declare module 'fastify' {
  interface FastifyContextConfig {
    /** What a key must have for the endpoint; `any`: a key that is good is enough. Every endpoint with a key says it. */
    permission?: Permission | 'any';
  }
}

/** What tells whom a request comes from. */
export interface CallerLookup {
  keys: KeyLookup;
  logins: { sessions: Pick<Sessions, 'callerOf'> };
  limits: CallLimits;
}

/** Asks every request of this scope for a key or a session that may use the endpoint, before any of its body is read. */
export function requireKey(app: FastifyInstance, lookup: CallerLookup): void {
  app.addHook('onRoute', ({ method, url, config }) => {
    if (config?.permission === undefined) throw new Error(`${method} ${url} does not say which permission it needs.`);
  });
  app.addHook('onRequest', async (request, reply) => {
    const caller = await callerOf(request, reply, lookup);
    request.context.knownCaller = caller;
    await lookup.limits.countCall(request, reply);
    const { permission } = request.routeOptions.config;
    // A request that meets no route of the scope comes here too, and is answered as an unknown one.
    if (permission !== undefined && permission !== 'any') requirePermission(caller, permission);
  });
}

/** A key goes first: clients that send one know nothing of cookies. */
async function callerOf(request: FastifyRequest, reply: FastifyReply, lookup: CallerLookup): Promise<Caller> {
  const key = header(request.headers, 'api_key') ?? header(request.headers, 'api-key');
  if (key !== undefined) return checkKey(request, reply, key, lookup);
  const token = sessionToken(request);
  if (token === undefined) {
    // The console, whose cookie has expired in the browser.
    if (request.headers['x-requested-with'] === 'console') throw new FaceSearchError('UNKNOWN_KEY', 'session-ended');
    throw new FaceSearchError('MISSING', 'missing-api-key');
  }
  refuseCrossSite(request);
  const caller = await lookup.logins.sessions.callerOf(token);
  if (!caller) throw new FaceSearchError('UNKNOWN_KEY', 'session-ended');
  return caller;
}

/** @throws FaceSearchError UNKNOWN_KEY, or RATE_LIMITED for an address that sent too many unknown keys */
export async function checkKey(
  request: FastifyRequest,
  reply: FastifyReply,
  key: string,
  { keys, limits }: Omit<CallerLookup, 'logins'>,
): Promise<Caller> {
  await limits.refuseGuessing(request, reply, key);
  const caller = await keys.callerOf(key);
  if (!caller) {
    await limits.countFailure(request);
    throw new FaceSearchError('UNKNOWN_KEY', 'unknown-key');
  }
  limits.noteSuccess(request, key);
  return caller;
}

/** @throws FaceSearchError NOT_PERMITTED */
export function requirePermission({ permissions }: Caller, permission: Permission): void {
  if (permissions.includes(permission)) return;
  if (isSearchOnly(permissions)) throw new FaceSearchError('NOT_PERMITTED', 'read-only-key');
  throw new FaceSearchError('NOT_PERMITTED', 'missing-permission', { permission });
}

/** A header with a value; an empty one counts as absent. */
export function header(headers: IncomingHttpHeaders, name: string): string | undefined {
  const value = headers[name];
  return (Array.isArray(value) ? value[0] : value) || undefined;
}
