import { z } from 'zod';
import { FaceSearchError } from '../../../../core/errors.js';
import { requirePermission } from '../../../plugins/auth.js';
import { exampleUser, success, successSchema } from '../../../replies.js';
import type { Route } from '../../../route.js';
import { collection, name } from '../fields.js';
import { batch, shownBatch, userIds } from './batch.js';

const schema = {
  tags: ['People'],
  summary: 'Move or copy users to another collection',
  description:
    'With faces and photos. The collection is made when it is not there. To move, the key needs the permission `delete`, too. In the other collection the faces have new numbers.',
  body: z
    .object({
      collection,
      ids: userIds(),
      to: name.describe('Name of the other collection.'),
      copy: z.boolean('must be true or false').default(false).describe('The users stay where they are as well.'),
    })
    .meta({ examples: [{ collection: '', ids: [exampleUser.id], to: 'visitors', copy: true }] }),
  response: { 200: successSchema(z.strictObject(batch), { done: 1, failed: [] }) },
} as const;

export const moveUsersRoute: Route = (app, { services }) => {
  app.post(
    '/users/move',
    { schema, config: { permission: 'enrol' } },
    async ({ body: { collection, ids, to, copy }, context }) => {
      if (!copy) requirePermission(context.caller, 'delete');
      if (to === collection)
        throw new FaceSearchError('BAD_INPUT', 'field-value', { field: 'to', fault: 'must be another collection' });
      return success(shownBatch(await services().gallery.editor.move(context.collection(collection), ids, to, copy)));
    },
  );
};
