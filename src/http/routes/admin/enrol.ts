import { z } from 'zod';
import { EMBEDDING_LENGTH } from '../../../core/embedding.js';
import { FaceSearchError, type Reason } from '../../../core/errors.js';
import type { DuplicateFinding } from '../../../gallery/gallery.js';
import { duplicateError, findDuplicate } from '../../duplicates.js';
import { allow_covered } from '../../forms/common-fields.js';
import { imageOfText } from '../../forms/fields.js';
import { exampleUser, livenessErrors, photoErrors, success, successSchema } from '../../replies.js';
import type { Route } from '../../route.js';
import { mayOverrule, noted, photoOptions } from '../../services.js';
import { candidate, shownCandidate } from './candidates.js';
import { collection, flags, name, photo, whole } from './fields.js';
import { userId } from './people/batch.js';
import { refuseInvisible } from './people/rename-user.js';

const checks = ['refuse', 'only', 'off'] as const;
const finding = candidate.extend({ kind: z.enum(['known-person', 'other-person']) }).nullable();

const schema = {
  tags: ['Administration'],
  summary: 'Add a photo of a person, unless it shows somebody else who is there',
  description:
    '`known-person`: the user has no face yet, and the person is there under another id. `other-person`: the photo does not match the faces of the user, but those of somebody else.',
  body: z
    .object({
      collection,
      id: userId,
      name: name.optional().describe('With it the user is made, or renamed, when the face is stored.'),
      photo: photo.optional(),
      vector: z.array(z.number()).length(EMBEDDING_LENGTH, `must have ${EMBEDDING_LENGTH} numbers`).optional(),
      check: z
        .enum(checks, `must be of ${checks.join(', ')}`)
        .default('refuse')
        .describe(
          '`refuse`: what shows somebody else is not stored. `only`: nothing is. `off`: it is stored all the same.',
        ),
      ...flags,
      allow_covered: z.boolean().default(false).describe(allow_covered.description),
    })
    .refine(({ photo, vector }) => (photo === undefined) !== (vector === undefined), {
      params: { reason: 'photo-or-vector' satisfies Reason },
    })
    .meta({
      examples: [{ collection: '', ...exampleUser, vector: Array(EMBEDDING_LENGTH).fill(1), check: 'only' }],
    }),
  response: {
    200: successSchema(
      z.strictObject({
        stored: z.boolean(),
        face: z.int().min(1).nullable().describe('Number of the new face.'),
        quality: whole.max(100).nullable().describe('Of the face of a photo.'),
        finding: finding.describe('Whom the face shows, where that is somebody else.'),
      }),
      {
        stored: false,
        face: null,
        quality: 71,
        finding: { ...exampleUser, kind: 'known-person', face: 1, similarity: 0.95, portrait: 1 },
      },
    ),
  },
  errors: [...photoErrors, ...livenessErrors, 'USER_NOT_FOUND'],
} as const;

export const enrolRoute: Route = (app, { services, config }) => {
  const { KEEP_PHOTOS: keep, DUPLICATE_THRESHOLD: threshold } = config;
  app.post('/enrol', { schema, config: { permission: 'enrol' } }, async ({ body, context }) => {
    const { id, name, check } = body;
    const { gallery, directory, analyser } = services();
    const where = context.collection(body.collection);
    if (name === undefined) await gallery.requireUser(where, id);
    else refuseInvisible(id);
    const image = body.photo === undefined ? undefined : imageOfText('photo', body.photo);
    const asked = photoOptions({ ...body, allow_covered: mayOverrule(body, config) });
    const options = { ...asked, tellQuality: true, withCrop: keep === 'crop' && check !== 'only' };
    const analysis = image && (await noted(context, analyser.embedPhoto(image, options, context.abandoned)));
    const embedding = analysis?.embedding ?? Float32Array.from(body.vector ?? []);
    const quality = analysis?.quality ?? null;
    const outcome = async (face: number | null, found: DuplicateFinding | undefined) =>
      success({
        stored: face !== null,
        face,
        quality,
        finding: found ? { ...(await shownCandidate(directory, where, found)), kind: found.kind } : null,
      });
    // Also before anything is made; once more, with the collection locked, when the face is stored.
    let found = await findDuplicate(services(), where, id, embedding, threshold);
    if (check === 'only' || (found && check === 'refuse')) return outcome(null, found);
    if (name !== undefined) await gallery.saveUser(where, { id, name });
    const guard = {
      threshold,
      onFinding(late: DuplicateFinding) {
        found = late;
        if (check === 'refuse') throw duplicateError(late);
      },
    };
    try {
      const kept = keep === 'photo' ? image : analysis?.crop;
      return await outcome(await gallery.addFace(where, id, embedding, kept, guard), found);
    } catch (error) {
      if (error instanceof FaceSearchError && error.errorName === 'DUPLICATE') return outcome(null, found);
      throw error;
    }
  });
};
