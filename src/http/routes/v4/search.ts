import { z } from 'zod';
import { FaceSearchError } from '../../../core/errors.js';
import type { Candidate } from '../../../gallery/gallery.js';
import {
  allow_id_card,
  collection,
  disable_validation,
  only_largest_face,
  photo,
  threshold,
} from '../../forms/common-fields.js';
import { form } from '../../forms/form.js';
import { requirePermission } from '../../plugins/auth.js';
import {
  candidateSchema,
  exampleUser,
  livenessErrors,
  match,
  matchSchema,
  photoErrors,
  shown,
  success,
} from '../../replies.js';
import type { Route } from '../../route.js';
import { noted, photoOptions } from '../../services.js';

const nearMiss = z
  .strictObject({ extra_data: candidateSchema, code: z.literal('200') })
  .describe('near miss, from lower_threshold to threshold')
  .meta({ examples: [{ extra_data: { ...exampleUser, similarity: 0.8 }, code: '200' }] });
const created = z
  .strictObject({ data: z.strictObject({ id: z.uuid(), new: z.literal(true) }), code: z.literal('200') })
  .describe('nobody found, and the person enrolled')
  .meta({ examples: [success({ id: '7b3f4a52-9d0e-4c1b-8f6a-2e5d7c9b1a34', new: true })] });

const schema = {
  tags: ['Search'],
  summary: 'Who is on this photo?',
  body: form({
    collection,
    file: photo,
    threshold,
    lower_threshold: {
      kind: 'similarity',
      description: 'Least similarity of a near miss, which is answered in `extra_data`; below threshold.',
      example: 0.7,
    },
    allow_id_card,
    create: { kind: 'flag', description: 'Enrol a person who is not found as a new user.' },
    only_largest_face,
    disable_validation,
  }),
  response: { 200: z.union([matchSchema, nearMiss, created]) },
  errors: [...photoErrors, ...livenessErrors, 'NOT_FOUND'],
} as const;

export const searchRoute: Route = (app, { services, config: { KEEP_PHOTOS: keep } }) => {
  app.post('/search', { schema, config: { permission: 'search' } }, async ({ body, context }) => {
    if (body.lower_threshold !== undefined && body.lower_threshold >= body.threshold)
      throw new FaceSearchError('BAD_INPUT', 'threshold-order');
    if (body.create) requirePermission(context.caller, 'enrol');
    const { gallery, analyser } = services();
    const where = context.collection(body.collection);
    const image = body.file.bytes();
    const options = { ...photoOptions(body), withCrop: body.create === true && keep === 'crop' };
    const { embedding, crop = image } = await noted(context, analyser.embedPhoto(image, options, context.abandoned));
    const least = body.lower_threshold ?? body.threshold;
    const isFound = (best: Candidate | undefined) => best !== undefined && best.similarity >= least;
    let best = await gallery.search(where, embedding);
    context.similarity = best?.similarity;
    if (!isFound(best) && body.create) {
      const outcome = await gallery.addUnknownPerson(where, embedding, crop, isFound);
      if ('createdId' in outcome) return success({ id: outcome.createdId, new: true });
      best = outcome.known;
    }
    if (best && isFound(best) && best.similarity < body.threshold)
      return { extra_data: shown(best), code: '200' } as const;
    return match(best, body.threshold);
  });
};
