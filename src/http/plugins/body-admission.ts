import type { FastifyInstance } from 'fastify';
import { FaceSearchError } from '../../core/errors.js';
import { formOf } from './media-type.js';
import { hasBody } from './multipart.js';

/** Bodies with a photo hold megabytes for long, all others little and briefly; neither takes the place of the other. */
type BodyKind = 'photo' | 'plain';

/**
 * Bounds the memory that bodies take, whatever the number of clients. Each gets a place before it is read, held until the
 * reply has been sent or the client is gone; where all are taken, the reply is OVERLOADED.
 * @param most bodies of each kind that may be in memory at once
 */
export function admitBodies(app: FastifyInstance, most: Readonly<Record<BodyKind, number>>): void {
  const held: Record<BodyKind, number> = { photo: 0, plain: 0 };
  // After the key was checked, which is done on the request.
  app.addHook('preParsing', async (request, reply) => {
    const form = formOf(request);
    if (!request.routeOptions.schema?.body && !(form && hasBody(request))) return;
    const kind: BodyKind = form && !form.hasImage ? 'plain' : 'photo';
    const isGone = reply.raw.destroyed;
    if (isGone || held[kind] >= most[kind]) {
      request.context.isBodyRefused = true;
      throw new FaceSearchError('OVERLOADED', isGone ? 'deadline-passed' : 'uploads-full');
    }
    held[kind]++;
    reply.raw.once('close', () => held[kind]--);
  });
}
