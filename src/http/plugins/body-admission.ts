import type { FastifyInstance, FastifyRequest } from 'fastify';
import { FaceSearchError } from '../../core/errors.js';
import { formOf } from './media-type.js';
import { hasBody, MAX_PLAIN_BODY } from './multipart.js';

/** Bodies with a photo hold megabytes for long, all others little and briefly; neither takes the place of the other. */
type BodyKind = 'photo' | 'plain';

/**
 * Bounds the memory that bodies take, whatever the number of clients, the method and the endpoint: also a body that the endpoint
 * does not ask for is parsed, and an unknown endpoint has one too. Each gets a place before it is read, held until the reply has
 * been sent or the client is gone; where all are taken, the reply is OVERLOADED.
 * @param most bodies of each kind that may be in memory at once
 */
export function admitBodies(app: FastifyInstance, most: Readonly<Record<BodyKind, number>>): void {
  const held: Record<BodyKind, number> = { photo: 0, plain: 0 };
  // After the key was checked, which is done on the request.
  app.addHook('preParsing', async (request, reply) => {
    if (!hasBody(request)) return;
    const kind = kindOf(request);
    const isGone = reply.raw.destroyed;
    if (isGone || held[kind] >= most[kind]) {
      request.context.isBodyRefused = true;
      throw new FaceSearchError('OVERLOADED', isGone ? 'deadline-passed' : 'uploads-full');
    }
    held[kind]++;
    reply.raw.once('close', () => held[kind]--);
  });
}

function kindOf(request: FastifyRequest): BodyKind {
  const form = formOf(request);
  if (form) return form.hasImage ? 'photo' : 'plain';
  // JSON of an endpoint that takes photos, or a body that no endpoint asked for: then its size decides, where it is told.
  if (request.routeOptions.schema?.body) return 'photo';
  return Number(request.headers['content-length'] ?? Number.POSITIVE_INFINITY) <= MAX_PLAIN_BODY ? 'plain' : 'photo';
}
