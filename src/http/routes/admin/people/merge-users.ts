import { z } from 'zod';
import { FaceSearchError } from '../../../../core/errors.js';
import { requirePermission } from '../../../plugins/auth.js';
import { exampleUser, success, successSchema } from '../../../replies.js';
import type { Route } from '../../../route.js';
import { collection, name, whole } from '../fields.js';
import { userId, userIds } from './batch.js';

/** Users that disappear in one request. */
export const MAX_MERGED = 50;

export const personWithFaces = z.strictObject({
  id: z.string(),
  name: z.string(),
  faces: whole.describe('How many the user has now.'),
});

const schema = {
  tags: ['People'],
  summary: 'Make several users one',
  description:
    'The user `id` gets the faces of those in `from`, who are then gone. All of it happens, or nothing. The key needs the permission `enrol`, too.',
  body: z
    .object({
      collection,
      id: userId,
      from: userIds(MAX_MERGED),
      name: name.optional().describe('A new name for the user; without it the name stays.'),
    })
    .meta({ examples: [{ collection: '', id: exampleUser.id, from: ['anna-2'] }] }),
  response: { 200: successSchema(personWithFaces, { ...exampleUser, faces: 2 }) },
  errors: ['USER_NOT_FOUND'],
} as const;

export const mergeUsersRoute: Route = (app, { services }) => {
  app.post(
    '/users/merge',
    { schema, config: { permission: 'delete' } },
    async ({ body: { collection, id, from, name }, context }) => {
      requirePermission(context.caller, 'enrol');
      if (from.includes(id))
        throw new FaceSearchError('BAD_INPUT', 'field-value', { field: 'from', fault: 'must not hold the id itself' });
      const merged = await services().gallery.editor.merge(
        context.collection(collection),
        id,
        [...new Set(from)],
        name,
      );
      return success(merged);
    },
  );
};
