import type { FastifyInstance } from 'fastify';
import { forReadOnlyKeys } from './auth.js';
import { commonFields } from './common-fields.js';
import type { FormSpec } from './fields.js';
import { readForm } from './form.js';
import { match, success } from './replies.js';
import { collectionOf, type GetRooms } from './rooms.js';

const { collection, id, vector, threshold } = commonFields;

export const addVectorForm = { collection, id, vector } as const satisfies FormSpec;
export const searchVectorForm = { collection, vector, threshold } as const satisfies FormSpec;

/** Calls that match embeddings which the client already has: /add_vector and /search_vector. */
export function addVectorCalls(app: FastifyInstance, rooms: GetRooms): void {
  app.post('/add_vector', async (request) => {
    const form = await readForm(request, addVectorForm);
    const { gallery } = rooms();
    const where = collectionOf(request, form.collection);
    await gallery.requireUser(where, form.id);
    await gallery.addFace(where, form.id, form.vector.numbers());
    return success('Add photo success');
  });

  app.post('/search_vector', forReadOnlyKeys, async (request) => {
    const form = await readForm(request, searchVectorForm);
    const best = await rooms().gallery.search(collectionOf(request, form.collection), form.vector.numbers());
    request.similarity = best?.similarity ?? null;
    return match(best, form.threshold);
  });
}
