import type { FastifyReply, FastifyRequest } from 'fastify';
import { FaceSearchError } from '../../core/errors.js';

const NAME = 'facesearch-session';

/**
 * Name of the cookie with the token of a session. Over HTTPS, that of a proxy in TRUST_PROXY included, its prefix makes
 * browsers take it only with Secure, for this host alone (RFC 6265bis).
 */
function cookieName({ protocol }: FastifyRequest): string {
  return protocol === 'https' ? `__Host-${NAME}` : NAME;
}

/** The token that a request came with. */
export function sessionToken(request: FastifyRequest): string | undefined {
  const start = `${cookieName(request)}=`;
  const cookies = (request.headers.cookie ?? '').split(';').map((cookie) => cookie.trim());
  return cookies.find((cookie) => cookie.startsWith(start))?.slice(start.length) || undefined;
}

/** @param expiresAt undefined takes the cookie away */
export function setSessionCookie(
  request: FastifyRequest,
  reply: FastifyReply,
  token: string,
  expiresAt: Date | undefined,
): void {
  const seconds = expiresAt ? Math.max(0, Math.ceil((expiresAt.getTime() - Date.now()) / 1000)) : 0;
  const attributes = ['Path=/', `Max-Age=${seconds}`, 'HttpOnly', 'SameSite=Strict'];
  if (request.protocol === 'https') attributes.push('Secure');
  reply.header('set-cookie', [`${cookieName(request)}=${token}`, ...attributes].join('; '));
}

/**
 * Refuses what another site makes a browser send with the cookie. SameSite=Strict stops other sites, but not other ports
 * and subdomains of this one. A page elsewhere cannot add a header of its own unless CORS permits it, which this server
 * never does for this header.
 * @throws FaceSearchError NOT_PERMITTED
 */
export function refuseCrossSite({ method, headers }: FastifyRequest): void {
  const site = headers['sec-fetch-site'];
  const isForeign = site !== undefined && site !== 'same-origin' && site !== 'none';
  const isBare = method !== 'GET' && method !== 'HEAD' && !headers['x-requested-with'];
  if (isForeign || isBare) throw new FaceSearchError('NOT_PERMITTED', 'cross-site');
}
