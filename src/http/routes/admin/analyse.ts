import { z } from 'zod';
import { errorRow, FaceSearchError } from '../../../core/errors.js';
import type { FaceFault, PhotoReport } from '../../../vision/face-analyser.js';
import { QUALITY_ADVICE } from '../../../vision/quality/score.js';
import { allow_covered } from '../../forms/common-fields.js';
import { imageOfText } from '../../forms/fields.js';
import { success, successSchema } from '../../replies.js';
import type { Route } from '../../route.js';
import { mayOverrule, photoOptions } from '../../services.js';
import { flags, photo, share, whole } from './fields.js';

/** A grey image of 640x480 pixels. */
export const greyPhoto =
  'iVBORw0KGgoAAAANSUhEUgAAAoAAAAHgAQMAAAAPH06nAAAAA1BMVEV3d3dY20ihAAAACXBIWXMAAAPoAAAD6AG1e1JrAAAAPUlEQVR4nO3BAQ0AAADCoPdPbQ43oAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAADgzwCX4AAB9Dl2RwAAAABJRU5ErkJggg==';

export const point = z.strictObject({ x: z.number(), y: z.number() });
export const box = z.strictObject({ ...point.shape, width: z.number(), height: z.number() });
const scores = z.strictObject({ mask: share, sunglasses: share, hat: share, face: share });
const quality = z.strictObject({
  score: whole.max(100),
  advice: z.array(z.enum(QUALITY_ADVICE)).describe('What lowers the score, the worst first.'),
  measures: z.strictObject({
    sharpness: z.number(),
    brightness: share,
    contrast: share,
    underexposed: share,
    overexposed: share,
    evenness: share,
    dynamicRange: share,
    yaw: z.number().describe('Degrees, as pitch and roll.'),
    pitch: z.number(),
    roll: z.number(),
    eyeDistance: z.number().describe('In pixels of the photo.'),
    eyesOpen: z.number().nullable(),
    mouthOpen: z.number().nullable(),
    margin: z.number(),
    embeddingLength: share.nullable().describe('How much the embedder saw of the face.'),
  }),
});
const faults = Object.keys(errorRow('NOT_FULL_FACE').reasons) as FaceFault[];
export const refusalSchema = z.strictObject({ code: z.string(), data: z.string(), reason: z.string() });
const analysis = z.strictObject({
  width: whole.describe('Of the photo in pixels, upright.'),
  height: whole,
  faces: z
    .array(
      z.strictObject({
        box: box.describe('In pixels of the photo.'),
        outline: z.array(point).describe('68 landmarks.'),
        fivePoints: z.array(point).describe('What the embedding is aligned to.'),
        scores: scores.nullable(),
        fault: z.enum(faults).nullable().describe('Why it is not a full face.'),
        isPerson: z.boolean().describe('False for a passer-by, who does not count.'),
        quality: quality.describe('How fit the face is to be found again, and what to change.'),
        liveness: share
          .nullable()
          .describe('How much it looks like a person before the camera; null where `LIVENESS` is off.'),
        isSmall: z.boolean().describe('Below `MIN_FACE_WIDTH`: not embedded, but counted.'),
      }),
    )
    .describe('Largest first.'),
  idCard: z.strictObject({ probability: share.nullable(), threshold: share, isIdCard: z.boolean() }).nullable(),
  thresholds: scores.nullable().describe('From where on each score counts.'),
  refusal: refusalSchema
    .nullable()
    .describe('What an endpoint with the same options would answer; null when it would take the photo.'),
});

const schema = {
  tags: ['Administration'],
  summary: 'What does the server see in a photo?',
  description: `Refusals such as ${errorRow('NO_FACE').code} are told in \`refusal\`.`,
  body: z
    .object({ photo, ...flags, allow_covered: z.boolean().default(false).describe(allow_covered.description) })
    .meta({ examples: [{ photo: greyPhoto }] }),
  response: {
    200: successSchema(analysis, {
      width: 640,
      height: 480,
      faces: [],
      idCard: { probability: 0.01, threshold: 0.5, isIdCard: false },
      thresholds: { mask: 0.5, sunglasses: 0.5, hat: 0.5, face: 0.5 },
      refusal: { code: '407', data: 'No face detected', reason: 'no-face' },
    }),
  },
} as const;

export const analyseRoute: Route = (app, { services, config }) => {
  app.post('/analyse', { schema, config: { permission: 'search' } }, async ({ body, context }) => {
    const { photo, ...flags } = body;
    const { analyser } = services();
    const { timings, ...report } = await analyser.analysePhoto(
      imageOfText('photo', photo),
      photoOptions({ ...flags, allow_covered: mayOverrule(flags, config) }),
      context.abandoned,
    );
    context.stages = timings;
    // The answer is a success; log, metrics and the tenant's counts have what the photo would be refused for.
    const { refusal } = report;
    context.refusal = refusal ?? undefined;
    return success({ ...report, refusal: refusalReply(refusal) });
  });
};

/** As an endpoint would answer. */
export function refusalReply(refusal: PhotoReport['refusal']) {
  if (!refusal) return null;
  const { code, message } = FaceSearchError.from(refusal);
  return { code: String(code), data: message, reason: refusal.reason };
}
