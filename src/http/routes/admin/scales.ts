import { z } from 'zod';
import { FaceSearchError } from '../../../core/errors.js';
import { GOOD_PEOPLE } from '../../../gallery/own-scale/gallery-person.js';
import type { OwnScale } from '../../../gallery/own-scale/own-scale.js';
import type { CalibrationRun, OwnScales } from '../../../gallery/own-scale/own-scales.js';
import { success, successSchema } from '../../replies.js';
import type { Route } from '../../route.js';
import type { Services } from '../../services.js';
import { share, whole } from './fields.js';

const config = { permission: 'operate' } as const;
const tags = ['Calibration'];
const number = z.int().min(1);
const time = '2027-01-31T08:30:00.000Z';

const numbers = z.strictObject({
  people: whole.describe('Who were compared, each with the others of the same tenant.'),
  faces: whole,
  pairs: whole.describe('Pairs of strangers.'),
  suspects: whole.describe('Pairs of users who are probably one person; one of each pair was left out.'),
  isRough: z.boolean().describe('Made from few people: it keeps the higher score of the two scales.'),
  rates: z.array(
    z.strictObject({
      similarity: share,
      rate: share.describe('Share of the pairs of strangers that reach it.'),
      isExtrapolated: z.boolean().describe('Too rare among these people to be counted.'),
      onModelScale: share.nullable().describe("The same share on the model's own scale, among these people."),
    }),
  ),
});

const run = z.strictObject({
  state: z
    .enum(['running', 'done', 'failed', 'written'])
    .describe('`done` changes nothing until `POST /scales/write`.'),
  started: z.iso.datetime(),
  finished: z.iso.datetime().nullable(),
  fault: z.enum(['too-few', 'failed']).nullable(),
  text: z.string().nullable().describe('Why it failed, in a sentence.'),
  result: numbers.nullable(),
});

const exampleNumbers: z.infer<typeof numbers> = {
  people: 412,
  faces: 1_236,
  pairs: 84_666,
  suspects: 1,
  isRough: false,
  rates: [{ similarity: 0.85, rate: 1e-5, isExtrapolated: true, onModelScale: 1e-4 }],
};
const running: z.infer<typeof run> = {
  state: 'running',
  started: time,
  finished: null,
  fault: null,
  text: null,
  result: null,
};

const listSchema = {
  tags,
  summary: 'Scales that were made from the own people, the newest first, and the last calibration',
  description: 'For those who run the installation: a scale is that of all tenants. `GET /scale` says which one holds.',
  response: {
    200: successSchema(
      z.strictObject({
        active: number.nullable().describe("null where the model's own scale holds."),
        scales: z.array(
          z.strictObject({
            scale: number,
            made: z.iso.datetime(),
            isActive: z.boolean(),
            numbers: numbers.nullable().describe('null for one that belongs to another version and cannot hold.'),
          }),
        ),
        run: run.nullable().describe('null where none was begun since the start of the server.'),
      }),
      { active: 1, scales: [{ scale: 1, made: time, isActive: true, numbers: exampleNumbers }], run: null },
    ),
  },
  errors: ['SCALE_REFUSED'],
} as const;

export const scalesRoute: Route = (app, { services }) => {
  app.get('/scales', { schema: listSchema, config }, async () => {
    const scales = own(services());
    const all = await scales.list();
    return success({
      active: all.find(({ isActive, own }) => isActive && own)?.scaleId ?? null,
      scales: all.map(({ scaleId, madeAt, isActive, own }) => ({
        scale: scaleId,
        made: madeAt.toISOString(),
        isActive,
        numbers: own ? numbersOf(own) : null,
      })),
      run: scales.run ? shownRun(scales.run) : null,
    });
  });
};

const startSchema = {
  tags,
  summary: 'Begin a calibration with the own people',
  description:
    'In the background, and nothing is changed; `GET /scales` tells the result, `POST /scales/write` takes it. At least 20 people of one tenant are needed, and 100 make it good. docs/similarity.md.',
  response: { 200: successSchema(run, running) },
  errors: ['SCALE_REFUSED'],
} as const;

export const startCalibrationRoute: Route = (app, { services }) => {
  app.post('/scales/calibrate', { schema: startSchema, config }, async () =>
    success(shownRun(own(services()).start())),
  );
};

const holds = z.strictObject({
  active: number.nullable().describe("Number of the scale that holds now; null: the model's own."),
});

const writeSchema = {
  tags,
  summary: 'Take the result of the calibration as the scale of this installation',
  description: 'Thresholds stay the numbers that they are, and mean the new scale from now on.',
  response: { 200: successSchema(holds, { active: 1 }) },
  errors: ['SCALE_REFUSED'],
} as const;

export const writeScaleRoute: Route = (app, { services }) => {
  app.post('/scales/write', { schema: writeSchema, config }, async () =>
    success({ active: await own(services()).write() }),
  );
};

const revertSchema = {
  tags,
  summary: 'Go back to the scale before',
  body: z
    .object({ from: z.int('must be a whole number').min(1, 'must be 1 or more').describe('The one that holds now.') })
    .meta({ examples: [{ from: 1 }] }),
  response: { 200: successSchema(holds, { active: null }) },
  errors: ['SCALE_REFUSED'],
} as const;

export const revertScaleRoute: Route = (app, { services }) => {
  app.post('/scales/revert', { schema: revertSchema, config }, async ({ body: { from } }) => {
    const now = await own(services()).revert(from);
    return success({ active: now?.scaleId ?? null });
  });
};

/** @throws FaceSearchError SCALE_REFUSED where similarities are cosines */
function own({ ownScales }: Services): OwnScales {
  if (ownScales) return ownScales;
  throw new FaceSearchError('SCALE_REFUSED', 'scale-cosine');
}

function numbersOf({ people, faces, pairs, suspects, rates, before }: OwnScale): z.infer<typeof numbers> {
  return {
    people,
    faces,
    pairs,
    suspects,
    isRough: people < GOOD_PEOPLE,
    rates: rates.map(({ similarity, rate, isExtrapolated }) => ({
      similarity,
      rate: rounded(rate),
      isExtrapolated,
      onModelScale: rounded(before.find((one) => one.similarity === similarity)?.rate ?? null),
    })),
  };
}

/** To three digits, more than is known. */
function rounded<Rate extends number | null>(rate: Rate): Rate {
  return (rate === null ? null : Number(rate.toPrecision(3))) as Rate;
}

function shownRun({ state, startedAt, finishedAt, fault, own }: CalibrationRun): z.infer<typeof run> {
  return {
    state,
    started: startedAt.toISOString(),
    finished: finishedAt?.toISOString() ?? null,
    fault: fault?.fault ?? null,
    text: fault?.text ?? null,
    result: own ? numbersOf(own) : null,
  };
}
