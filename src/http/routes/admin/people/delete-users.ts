import { z } from 'zod';
import { exampleUser, success, successSchema } from '../../../replies.js';
import type { Route } from '../../../route.js';
import { collection } from '../fields.js';
import { batch, shownBatch, userIds } from './batch.js';

const undo = z
  .strictObject({
    token: z.string(),
    until: z.iso.datetime().describe('When everything of them is erased.'),
  })
  .nullable()
  .describe('What `/users/restore` takes; null where nothing can be brought back (`UNDO_MINUTES`).');

const schema = {
  tags: ['People'],
  summary: 'Delete users',
  description: 'Nothing shows them any more. For `UNDO_MINUTES` they can be brought back; then they are erased.',
  body: z.object({ collection, ids: userIds() }).meta({ examples: [{ collection: '', ids: [exampleUser.id] }] }),
  response: {
    200: successSchema(z.strictObject({ ...batch, undo }), {
      done: 1,
      failed: [],
      undo: { token: '7b3f4a52-9d0e-4c1b-8f6a-2e5d7c9b1a34', until: '2027-01-31T08:40:00.000Z' },
    }),
  },
} as const;

export const deleteUsersRoute: Route = (app, { services, config: { UNDO_MINUTES } }) => {
  app.post(
    '/users/delete',
    { schema, config: { permission: 'delete' } },
    async ({ body: { collection, ids }, context }) => {
      const outcome = await services().gallery.editor.remove(context.collection(collection), ids, UNDO_MINUTES);
      const { bin } = outcome;
      return success({
        ...shownBatch(outcome),
        undo: bin ? { token: bin.token, until: bin.eraseAt.toISOString() } : null,
      });
    },
  );
};

const restoreSchema = {
  tags: ['People'],
  summary: 'Bring back deleted users',
  description: 'What one request to `/users/delete` deleted. Faces have new numbers then.',
  body: z
    .object({ collection, undo: z.uuid('must be the token of a deletion') })
    .meta({ examples: [{ collection: '', undo: '7b3f4a52-9d0e-4c1b-8f6a-2e5d7c9b1a34' }] }),
  response: { 200: successSchema(z.strictObject(batch), { done: 1, failed: [] }) },
  errors: ['UNDO_OVER'],
} as const;

export const restoreUsersRoute: Route = (app, { services }) => {
  app.post(
    '/users/restore',
    { schema: restoreSchema, config: { permission: 'delete' } },
    async ({ body: { collection, undo }, context }) =>
      success(shownBatch(await services().gallery.editor.restore(context.collection(collection), undo))),
  );
};
