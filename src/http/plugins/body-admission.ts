import type { FastifyInstance } from 'fastify';
import { FaceSearchError } from '../../core/errors.js';

/** Forms with a photo hold megabytes for long, all others little and briefly; neither takes the place of the other. */
export type BodyKind = 'photo' | 'plain';

declare module 'fastify' {
  interface FastifyRequest {
    /**
     * Asks for a place before the body is read, held until the reply has been sent or the client is gone.
     * @throws FaceSearchError OVERLOADED when all are taken
     */
    admitBody(kind: BodyKind): void;
    /** The body was refused unseen, and the reply does not wait for its end. */
    bodyRefused: boolean;
  }
}

/**
 * Bounds the memory that bodies take, whatever the number of clients.
 * @param most bodies of each kind that may be in memory at once
 */
export function admitBodies(app: FastifyInstance, most: Readonly<Record<BodyKind, number>>): void {
  const held: Record<BodyKind, number> = { photo: 0, plain: 0 };
  app.decorateRequest('admitBody', undefined as unknown as (kind: BodyKind) => void);
  app.decorateRequest('bodyRefused', false);
  app.addHook('onRequest', async (request, reply) => {
    let place: BodyKind | undefined;
    let gone = false;
    request.admitBody = (kind) => {
      if (gone || held[kind] >= most[kind]) {
        request.bodyRefused = true;
        throw new FaceSearchError('OVERLOADED', gone ? 'deadline-passed' : 'uploads-full');
      }
      held[kind]++;
      place = kind;
    };
    reply.raw.once('close', () => {
      gone = true;
      if (place) held[place]--;
    });
  });
}
