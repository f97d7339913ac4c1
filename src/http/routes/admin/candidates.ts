import { z } from 'zod';
import { EMBEDDING_LENGTH } from '../../../core/embedding.js';
import type { Reason } from '../../../core/errors.js';
import type { RankedCandidate } from '../../../gallery/gallery.js';
import type { UserDirectory } from '../../../gallery/user-directory.js';
import type { CollectionRef } from '../../../persistence/people/people-store.js';
import { imageOfText } from '../../forms/fields.js';
import { exampleUser, livenessErrors, photoErrors, success, successSchema } from '../../replies.js';
import type { Route } from '../../route.js';
import { embeddingOf, photoOptions } from '../../services.js';
import { collection, flags, photo, portrait, share } from './fields.js';

const body = z
  .object({
    collection,
    photo: photo.optional(),
    vector: z.array(z.number()).length(EMBEDDING_LENGTH, `must have ${EMBEDDING_LENGTH} numbers`).optional(),
    k: z
      .int('must be a whole number')
      .min(1, 'must be 1 or more')
      .max(50, 'must be at most 50')
      .default(10)
      .describe('How many users at most.'),
    ...flags,
  })
  .refine(({ photo, vector }) => (photo === undefined) !== (vector === undefined), {
    params: { reason: 'photo-or-vector' satisfies Reason },
  })
  .meta({ examples: [{ collection: '', vector: Array(EMBEDDING_LENGTH).fill(1), k: 10 }] });

export const candidate = z.strictObject({
  id: z.string(),
  name: z.string(),
  face: z.int().min(1),
  similarity: share,
  portrait,
});

const schema = {
  tags: ['Administration'],
  summary: 'Who looks most like this?',
  description: 'The `k` most similar users, each with the best of their faces. Takes either a photo or a vector.',
  body,
  response: { 200: successSchema(z.array(candidate), [{ ...exampleUser, face: 1, similarity: 0.93, portrait: 1 }]) },
  errors: [...photoErrors, ...livenessErrors],
} as const;

export const candidatesRoute: Route = (app, { services }) => {
  app.post('/candidates', { schema, config: { permission: 'search' } }, async ({ body, context }) => {
    const { collection, photo, vector, k, ...flags } = body;
    const { gallery, directory, analyser } = services();
    const where = context.collection(collection);
    const probe =
      photo === undefined
        ? Float32Array.from(vector ?? [])
        : await embeddingOf(
            context,
            analyser.embedPhoto(imageOfText('photo', photo), photoOptions(flags), context.abandoned),
          );
    const candidates = await gallery.candidates(where, probe, k);
    return success(await Promise.all(candidates.map((candidate) => shownCandidate(directory, where, candidate))));
  });
};

/** A candidate with what can be shown of the person. */
export async function shownCandidate(
  directory: UserDirectory,
  collection: CollectionRef,
  { id, name, faceId, similarity }: RankedCandidate,
) {
  const portrait = (await directory.shownFace(collection, id, faceId)) ?? null;
  return { id, name, face: faceId, similarity, portrait };
}
