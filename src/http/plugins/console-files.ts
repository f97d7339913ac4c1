import { join } from 'node:path';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance } from 'fastify';
import { projectRoot } from '../../util/paths.js';

/** Nothing but what this server itself sends; pictures may also be those that the page has at hand. */
const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "connect-src 'self'",
  "img-src 'self' blob:",
  "media-src 'self' blob:",
  "form-action 'none'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
].join('; ');

/** Serves the console, plain files that run as they are, at /console. They ask for no key; what they call does. */
export async function consoleFiles(app: FastifyInstance): Promise<void> {
  // A person with a browser opens the bare address; to a client it is an unknown route like any other.
  app.get('/', { schema: { hide: true } }, (request, reply) => {
    if (request.headers.accept?.includes('text/html')) return reply.redirect('/console');
    reply.callNotFound();
    return reply;
  });
  await app.register(fastifyStatic, {
    root: join(projectRoot, 'src', 'console'),
    prefix: '/console/',
    // One route for each file that was there at the start: nothing else can be asked for.
    wildcard: false,
    decorateReply: false,
    cacheControl: false,
    setHeaders: (reply) => {
      reply.headers({
        // Asked again each time, so that a new version shows at once.
        'cache-control': 'no-cache',
        'content-security-policy': policy,
        'permissions-policy': 'camera=(self), microphone=(), geolocation=()',
        'referrer-policy': 'no-referrer',
      });
    },
  });
}
