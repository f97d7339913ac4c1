import { FaceSearchError } from '../../core/errors.js';
import { doneSchema, success } from '../replies.js';
import type { App } from '../route.js';

const probe = { tags: ['Probes'], security: [] } as const;
const healthSchema = { ...probe, summary: 'Does the process live?', response: { 200: doneSchema('ok') } } as const;
const readySchema = {
  ...probe,
  summary: 'Are models and store ready?',
  response: { 200: doneSchema('ready') },
  errors: ['NOT_READY'],
} as const;

/**
 * Probes for those who run the server; they ask for no key.
 * @param checkReady rejects while the server cannot answer: models not loaded, or the store does not answer
 */
export function healthRoutes(app: App, checkReady: () => Promise<void>): void {
  app.get('/health', { schema: healthSchema }, async () => success('ok'));

  app.get('/ready', { schema: readySchema }, async (request) => {
    try {
      await checkReady();
    } catch (error) {
      if (!(error instanceof FaceSearchError)) request.log.error({ err: error }, 'not ready');
      throw new FaceSearchError('NOT_READY');
    }
    return success('ready');
  });
}
