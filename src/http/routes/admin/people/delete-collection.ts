import { z } from 'zod';
import { FaceSearchError } from '../../../../core/errors.js';
import { doneSchema, success } from '../../../replies.js';
import type { Route } from '../../../route.js';
import { collection, name } from '../fields.js';

const schema = {
  tags: ['People'],
  summary: 'Delete a collection',
  description: 'With all users and faces, for good: it cannot be brought back.',
  body: z
    .object({ collection, confirm: name.describe('The name of the collection once more, as somebody typed it.') })
    .meta({ examples: [{ collection: '', confirm: '' }] }),
  response: { 200: doneSchema('Remove collection success') },
  errors: ['COLLECTION_NOT_FOUND'],
} as const;

export const deleteCollectionRoute: Route = (app, { services }) => {
  app.post(
    '/collections/delete',
    { schema, config: { permission: 'delete' } },
    async ({ body: { collection, confirm }, context }) => {
      if (confirm !== collection) throw new FaceSearchError('BAD_INPUT', 'confirm-mismatch');
      await services().gallery.deleteCollection(context.collection(collection));
      return success('Remove collection success');
    },
  );
};
