import type { FastifyInstance } from 'fastify';
import { FaceSearchError } from '../../core/errors.js';
import { success } from '../plugins/replies.js';

/**
 * Probes for whoever runs the server; they ask for no key.
 * @param checkReady rejects while the server cannot answer calls: models not loaded, or the store does not answer
 */
export function addHealthRoutes(app: FastifyInstance, checkReady: () => Promise<void>): void {
  app.get('/health', async () => success('ok'));

  app.get('/ready', async (request) => {
    try {
      await checkReady();
    } catch (error) {
      if (!(error instanceof FaceSearchError)) request.log.error({ err: error }, 'not ready');
      throw new FaceSearchError('NOT_READY');
    }
    return success('ready');
  });
}
