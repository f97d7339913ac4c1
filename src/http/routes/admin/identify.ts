import { z } from 'zod';
import { errorRow } from '../../../core/errors.js';
import { mapConcurrent } from '../../../util/map-concurrent.js';
import type { FaceFault } from '../../../vision/face-analyser.js';
import { imageOfText } from '../../forms/fields.js';
import { exampleUser, success, successSchema } from '../../replies.js';
import type { Route } from '../../route.js';
import { galleryVersion } from '../../services.js';
import { greyPhoto } from './analyse.js';
import { candidate, shownCandidate } from './candidates.js';
import { collection, photo, whole } from './fields.js';

/** The faces of a photo that are told, and how wide the smallest is in pixels. */
const MAX_FACES = 50;
const LEAST_WIDTH = 40;

/** Faces that are searched for at the same time. */
const AT_ONCE = 4;

const faults = Object.keys(errorRow('NOT_FULL_FACE').reasons) as FaceFault[];
const group = z.strictObject({
  width: whole.describe('Of the photo in pixels, upright.'),
  height: whole,
  faces: z
    .array(
      z.strictObject({
        box: z
          .strictObject({ x: z.number(), y: z.number(), width: z.number(), height: z.number() })
          .describe('In pixels of the photo.'),
        quality: whole.max(100),
        isSmall: z.boolean().describe('Below `MIN_FACE_WIDTH`: who it is, is less sure.'),
        fault: z.enum(faults).nullable().describe('Why it is not a full face.'),
        people: z.array(candidate).describe('The most similar users from `threshold` on; none is nobody known.'),
      }),
    )
    .describe('Largest first.'),
  left: whole.describe('Smaller faces beyond these, about.'),
});

const schema = {
  tags: ['Administration'],
  summary: 'Who is on this photo of many people?',
  description: `Up to ${MAX_FACES} faces from ${LEAST_WIDTH} pixels on, each with the most similar users. A photo without a face has none.`,
  body: z
    .object({
      collection,
      photo,
      k: z
        .int('must be a whole number')
        .min(1, 'must be 1 or more')
        .max(10, 'must be at most 10')
        .default(3)
        .describe('Users for each face, at most.'),
      threshold: z
        .number('must be a number')
        .min(0, 'must be 0 or more')
        .max(1, 'must be at most 1')
        .default(0.85)
        .describe('Least similarity.'),
    })
    .meta({ examples: [{ collection: '', photo: greyPhoto }] }),
  response: {
    200: successSchema(group, {
      width: 640,
      height: 480,
      faces: [
        {
          box: { x: 100, y: 80, width: 60, height: 80 },
          quality: 71,
          isSmall: true,
          fault: null,
          people: [{ ...exampleUser, face: 1, similarity: 0.93, portrait: 1 }],
        },
      ],
      left: 0,
    }),
  },
} as const;

export const identifyRoute: Route = (app, { services }) => {
  app.post('/identify', { schema, config: { permission: 'search' } }, async ({ body, context }) => {
    const { gallery, directory, analyser } = services();
    const where = context.collection(body.collection);
    const options = { version: galleryVersion, least: LEAST_WIDTH, most: MAX_FACES };
    const image = imageOfText('photo', body.photo);
    const { width, height, faces, left, timings } = await analyser.embedGroup(image, options, context.abandoned);
    context.stages = timings;
    const found: z.input<typeof group>['faces'] = [];
    await mapConcurrent([...faces.entries()], AT_ONCE, async ([i, { embedding, ...face }]) => {
      const similar = await gallery.candidates(where, embedding, body.k);
      const people = similar.filter(({ similarity }) => similarity >= body.threshold);
      found[i] = { ...face, people: await Promise.all(people.map((one) => shownCandidate(directory, where, one))) };
    });
    return success({ width, height, faces: found, left });
  });
};
