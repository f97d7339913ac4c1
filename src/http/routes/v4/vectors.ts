import type { FastifyInstance } from 'fastify';
import { commonFields } from '../../forms/common-fields.js';
import type { FormSpec } from '../../forms/fields.js';
import { readForm } from '../../forms/form.js';
import { forReadOnlyKeys } from '../../plugins/auth.js';
import { match, success } from '../../plugins/replies.js';
import { collectionOf, type GetServices } from '../../services.js';

const { collection, id, vector, threshold } = commonFields;

export const addVectorForm = { collection, id, vector } as const satisfies FormSpec;
export const searchVectorForm = { collection, vector, threshold } as const satisfies FormSpec;

/** Calls that match embeddings which the client already has: /add_vector and /search_vector. */
export function addVectorCalls(app: FastifyInstance, services: GetServices): void {
  app.post('/add_vector', async (request) => {
    const form = await readForm(request, addVectorForm);
    const { gallery } = services();
    const where = collectionOf(request, form.collection);
    await gallery.requireUser(where, form.id);
    await gallery.addFace(where, form.id, form.vector.numbers());
    return success('Add photo success');
  });

  app.post('/search_vector', forReadOnlyKeys, async (request) => {
    const form = await readForm(request, searchVectorForm);
    const best = await services().gallery.search(collectionOf(request, form.collection), form.vector.numbers());
    request.similarity = best?.similarity ?? null;
    return match(best, form.threshold);
  });
}
