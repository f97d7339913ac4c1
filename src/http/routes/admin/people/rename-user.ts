import { z } from 'zod';
import { FaceSearchError } from '../../../../core/errors.js';
import { hasInvisible } from '../../../forms/fields.js';
import { doneSchema, exampleUser, success } from '../../../replies.js';
import type { Route } from '../../../route.js';
import { collection } from '../fields.js';
import { userId } from './batch.js';

const schema = {
  tags: ['People'],
  summary: 'Change the id of a user',
  description: 'Faces and photos stay.',
  body: z
    .object({ collection, id: userId, to: userId.describe('The new id.') })
    .meta({ examples: [{ collection: '', id: exampleUser.id, to: 'anna-2' }] }),
  response: { 200: doneSchema('User renamed') },
  errors: ['USER_NOT_FOUND', 'ID_TAKEN'],
} as const;

export const renameUserRoute: Route = (app, { services }) => {
  app.post(
    '/users/rename',
    { schema, config: { permission: 'enrol' } },
    async ({ body: { collection, id, to }, context }) => {
      refuseInvisible(to);
      await services().gallery.editor.rename(context.collection(collection), id, to);
      return success('User renamed');
    },
  );
};

/** As where users are made. @throws FaceSearchError BAD_INPUT */
export function refuseInvisible(id: string): void {
  if (hasInvisible(id)) throw new FaceSearchError('BAD_INPUT', 'id-invisible');
}
