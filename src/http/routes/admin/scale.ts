import { z } from 'zod';
import type { FollowedScale } from '../../../gallery/own-scale/followed-scale.js';
import { success, successSchema } from '../../replies.js';
import type { Route } from '../../route.js';
import { share } from './fields.js';

const score = z.number().min(-2).max(2);
const scale = z.strictObject({
  origin: z
    .enum(['gallery', 'pack', 'provisional', 'cosine'])
    .describe(
      "From whom it was made: the installation's own people, or those that the pack brings; `provisional`: nobody has measured the pack's, which is meant to be on the safe side; `cosine`: there is no scale.",
    ),
  madeAt: z.iso.datetime().nullable().describe('When it was made from the own people.'),
  points: z
    .array(z.strictObject({ score, similarity: share }))
    .describe('Corners of the scale; straight lines lie between them.'),
  meanings: z
    .array(
      z.strictObject({
        similarity: share,
        rate: share.describe('Share of the pairs of strangers that reach it.'),
        isExtrapolated: z
          .boolean()
          .nullable()
          .describe("Too rare among the own people to be counted; null on the pack's."),
      }),
    )
    .describe('What similarities mean here.'),
});

/** Numbers of people are not told: they are those of all tenants together. */
const schema = {
  tags: ['Administration'],
  summary: 'What do similarities mean here?',
  response: {
    200: successSchema(scale, {
      origin: 'gallery',
      madeAt: '2027-01-31T08:00:00.000Z',
      points: [
        { score: -1, similarity: 0 },
        { score: 0.27, similarity: 0.8 },
        { score: 0.34, similarity: 0.85 },
        { score: 0.41, similarity: 0.9 },
        { score: 1, similarity: 1 },
      ],
      meanings: [
        { similarity: 0.8, rate: 1e-4, isExtrapolated: false },
        { similarity: 0.85, rate: 1e-5, isExtrapolated: true },
        { similarity: 0.9, rate: 1e-6, isExtrapolated: true },
      ],
    }),
  },
} as const;

/** What every scale promises. */
const promises = [
  { similarity: 0.8, rate: 1e-4 },
  { similarity: 0.85, rate: 1e-5 },
  { similarity: 0.9, rate: 1e-6 },
];

export const scaleRoute: Route = (app, { services }) => {
  app.get('/scale', { schema, config: { permission: 'any' } }, async () => success(described(services().scale)));
};

function described(scale: FollowedScale | undefined): z.infer<(typeof schema.response)[200]>['data'] {
  if (!scale) return { origin: 'cosine', madeAt: null, points: [], meanings: [] };
  const { active, points } = scale;
  return {
    origin: active ? 'gallery' : scale.isProvisional ? 'provisional' : 'pack',
    madeAt: active ? active.madeAt.toISOString() : null,
    points: points.map(({ score, similarity }) => ({ score, similarity })),
    meanings: promises.map((promise) => ({
      ...promise,
      isExtrapolated: active?.rates.find(({ similarity }) => similarity === promise.similarity)?.isExtrapolated ?? null,
    })),
  };
}
