import { z } from 'zod';
import { FaceSearchError } from '../../../core/errors.js';
import type { DuplicateScan } from '../../../persistence/people/duplicate-pairs.js';
import { exampleUser, success, successSchema } from '../../replies.js';
import type { Route } from '../../route.js';
import { collection, count, portrait, similarity, whole } from './fields.js';
import { userId } from './people/batch.js';

const time = z.iso.datetime().nullable();
const scan = z.strictObject({
  state: z.enum(['none', 'running', 'done']),
  done: whole.describe('People who have been looked at, of about `total`.'),
  total: whole,
  started: time,
  finished: time,
});
const person = z.strictObject({ id: z.string(), name: z.string(), faces: whole, portrait });
const exampleScan = {
  state: 'done',
  done: 2,
  total: 2,
  started: '2027-01-31T08:30:00.000Z',
  finished: '2027-01-31T08:31:00.000Z',
} as const;

const listSchema = {
  tags: ['People'],
  summary: 'Pairs of users who may be one person, the most similar first',
  description: 'What `POST /duplicates` has found until now.',
  querystring: z.object({
    collection,
    least: similarity('0.85').describe('Least similarity; pairs below 0.8 are not kept.'),
    offset: count(0, 999_999_999).default(0),
    limit: count(1, 200).default(50),
    dismissed: z
      .enum(['true', 'false'], 'must be true or false')
      .default('false')
      .describe('Those that were dismissed.'),
  }),
  response: {
    200: successSchema(
      z.strictObject({
        scan,
        total: whole.describe('Pairs on all pages.'),
        pairs: z.array(z.strictObject({ similarity: z.number(), people: z.array(person) })),
      }),
      {
        scan: exampleScan,
        total: 1,
        pairs: [
          {
            similarity: 0.95,
            people: [
              { ...exampleUser, faces: 1, portrait: 1 },
              { id: 'anna-2', name: 'Anna', faces: 1, portrait: null },
            ],
          },
        ],
      },
    ),
  },
} as const;

export const duplicatesRoute: Route = (app, { services }) => {
  app.get(
    '/duplicates',
    { schema: listSchema, config: { permission: 'list' } },
    async ({ query: { collection, dismissed, ...page }, context }) => {
      const { directory, gallery } = services();
      const duplicates = gallery.lookalikes;
      const where = context.collection(collection);
      const { total, pairs } = await duplicates.pairs(where, { ...page, isDismissed: dismissed === 'true' });
      const shown = pairs.map(async ({ similarity, users }) => {
        const people = await Promise.all(users.map((user) => directory.withFaces(where, user)));
        return { similarity, people: people.map(({ portrait = null, ...one }) => ({ ...one, portrait })) };
      });
      return success({ scan: shownScan(await duplicates.scan(where)), total, pairs: await Promise.all(shown) });
    },
  );
};

const startSchema = {
  tags: ['People'],
  summary: 'Look for users who may be one person',
  description:
    'In the background, through the whole collection; a search that runs begins anew. It goes on after a restart of the server. Dismissed pairs stay dismissed.',
  body: z.object({ collection }).meta({ examples: [{ collection: '' }] }),
  response: {
    200: successSchema(z.strictObject({ scan }), {
      scan: { ...exampleScan, state: 'running', done: 0, finished: null },
    }),
  },
  errors: ['COLLECTION_NOT_FOUND'],
} as const;

export const startDuplicatesRoute: Route = (app, { services }) => {
  app.post(
    '/duplicates',
    { schema: startSchema, config: { permission: 'list' } },
    async ({ body: { collection }, context }) => {
      const started = await services().gallery.lookalikes.start(context.collection(collection));
      if (!started) throw new FaceSearchError('COLLECTION_NOT_FOUND');
      return success({ scan: shownScan(started) });
    },
  );
};

const dismissSchema = {
  tags: ['People'],
  summary: 'Say that a pair is two people',
  body: z
    .object({
      collection,
      ids: z.tuple([userId, userId], 'must be two ids').describe('Ids of the two users.'),
      dismissed: z.boolean('must be true or false').default(true).describe('`false` shows the pair again.'),
    })
    .meta({ examples: [{ collection: '', ids: [exampleUser.id, 'anna-2'] }] }),
  response: { 200: successSchema(z.enum(['Pair dismissed', 'Pair shown again']), 'Pair dismissed') },
  errors: ['PAIR_NOT_FOUND'],
} as const;

export const dismissDuplicateRoute: Route = (app, { services }) => {
  app.post(
    '/duplicates/dismiss',
    { schema: dismissSchema, config: { permission: 'enrol' } },
    async ({ body: { collection, ids, dismissed }, context }) => {
      if (!(await services().gallery.lookalikes.dismiss(context.collection(collection), ids, dismissed)))
        throw new FaceSearchError('PAIR_NOT_FOUND');
      return success(dismissed ? 'Pair dismissed' : 'Pair shown again');
    },
  );
};

function shownScan(found: DuplicateScan | undefined) {
  if (!found) return { state: 'none', done: 0, total: 0, started: null, finished: null } as const;
  const { isRunning, done, total, startedAt, finishedAt } = found;
  return {
    state: isRunning ? 'running' : 'done',
    done: Math.min(done, total),
    total,
    started: startedAt.toISOString(),
    finished: finishedAt?.toISOString() ?? null,
  } as const;
}
