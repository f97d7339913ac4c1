import { collection } from '../../forms/common-fields.js';
import { form } from '../../forms/form.js';
import { doneSchema, success } from '../../replies.js';
import type { Route } from '../../route.js';

const schema = {
  tags: ['Erase'],
  summary: 'Forget a collection',
  body: form({ collection }),
  response: { 200: doneSchema('Remove collection success') },
  errors: ['COLLECTION_NOT_FOUND'],
} as const;

export const deleteCollectionRoute: Route = (app, { services }) => {
  app.delete(
    '/delete_collection',
    { schema, config: { permission: 'delete' } },
    async ({ body: { collection }, context }) => {
      await services().gallery.deleteCollection(context.collection(collection));
      return success('Remove collection success');
    },
  );
};
