import type { FastifyInstance } from 'fastify';

/**
 * Abandons the requests of this scope that no client waits for any more.
 * @param deadlineMs counted from the end of the headers; 0 is no deadline
 */
export function giveUpAbandoned(app: FastifyInstance, deadlineMs: number): void {
  app.addHook('onRequest', async ({ context }, reply) => {
    const timer = deadlineMs > 0 ? setTimeout(() => context.abandon(), deadlineMs).unref() : undefined;
    // Also when the reply has been sent, where nothing waits any more.
    reply.raw.once('close', () => {
      clearTimeout(timer);
      context.abandon();
    });
  });
}
