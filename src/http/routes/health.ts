import { z } from 'zod';
import { FaceSearchError } from '../../core/errors.js';
import { doneSchema, success } from '../replies.js';
import type { App } from '../route.js';

const probe = { tags: ['Probes'], security: [] } as const;
const healthSchema = { ...probe, summary: 'Does the process live?', response: { 200: doneSchema('ok') } } as const;
const readyReply = z
  .strictObject({
    data: z.literal('ready'),
    code: z.literal('200'),
    scale: z
      .literal('provisional')
      .optional()
      .describe(
        'Nobody has measured what similarities mean with this model: make a scale with `facesearch calibrate`.',
      ),
    model: z
      .literal('changed')
      .optional()
      .describe('Faces made by another model are kept, but not searched: `facesearch re-embed` makes them anew.'),
    notSearched: z.int().min(1).optional().describe('How many faces those are, over all tenants.'),
  })
  .meta({ examples: [success('ready')] });
const readySchema = {
  ...probe,
  summary: 'Are models and store ready?',
  response: { 200: readyReply },
  errors: ['NOT_READY'],
} as const;

/** What a server that is ready tells of itself. */
interface ReadyState {
  /** Nobody has measured what similarities mean with this model. */
  isProvisional: boolean;
  /** Faces of other models. */
  notSearched: number;
}

/**
 * Probes for those who run the server; they ask for no key.
 * @param checkReady rejects while the server cannot answer: models not loaded, or the store does not answer. Resolves to what
 *   its operator should know
 */
export function healthRoutes(app: App, checkReady: () => Promise<ReadyState>): void {
  app.get('/health', { schema: healthSchema }, async () => success('ok'));

  app.get('/ready', { schema: readySchema }, async (request) => {
    try {
      const { isProvisional, notSearched } = await checkReady();
      return {
        ...success('ready'),
        ...(isProvisional && ({ scale: 'provisional' } as const)),
        ...(notSearched > 0 && ({ model: 'changed', notSearched } as const)),
      };
    } catch (error) {
      if (!(error instanceof FaceSearchError)) request.log.error({ err: error }, 'not ready');
      throw new FaceSearchError('NOT_READY');
    }
  });
}
