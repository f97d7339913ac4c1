import { collection, id } from '../../forms/common-fields.js';
import { form } from '../../forms/form.js';
import { doneSchema, success } from '../../replies.js';
import type { Route } from '../../route.js';

const schema = {
  tags: ['Erase'],
  summary: "Forget a person's faces",
  body: form({ collection, id }),
  response: { 200: doneSchema('User faces deleted') },
  errors: ['USER_NOT_FOUND'],
} as const;

export const deleteFacesRoute: Route = (app, { services }) => {
  app.delete(
    '/delete_faces',
    { schema, config: { permission: 'delete' } },
    async ({ body: { collection, id }, context }) => {
      await services().gallery.deleteFaces(context.collection(collection), id);
      return success('User faces deleted');
    },
  );
};
