import type { FastifyInstance } from 'fastify';
import { FaceSearchError } from '../../core/errors.js';

declare module 'fastify' {
  interface FastifyRequest {
    /** Fires when nobody waits for the answer any more: the client is gone, or the deadline has passed. */
    abandoned: AbortSignal;
  }
}

/**
 * Gives each request of this scope a signal by which work that waits its turn is given up.
 * @param deadlineMs counted from the end of the headers; 0 is no deadline
 */
export function giveUpAbandoned(app: FastifyInstance, deadlineMs: number): void {
  app.decorateRequest('abandoned', undefined as unknown as AbortSignal);
  app.addHook('onRequest', async (request, reply) => {
    const controller = new AbortController();
    request.abandoned = controller.signal;
    const giveUp = () => controller.abort(new FaceSearchError('OVERLOADED', 'deadline-passed'));
    const timer = deadlineMs > 0 ? setTimeout(giveUp, deadlineMs).unref() : undefined;
    // Also when the reply has been sent, where nothing waits any more.
    reply.raw.once('close', () => {
      clearTimeout(timer);
      giveUp();
    });
  });
}
