import { collection, id } from '../../forms/common-fields.js';
import { form } from '../../forms/form.js';
import { doneSchema, success } from '../../replies.js';
import type { Route } from '../../route.js';

const schema = {
  tags: ['Erase'],
  summary: 'Forget a person',
  body: form({ collection, id }),
  response: { 200: doneSchema('User deleted') },
  errors: ['USER_NOT_FOUND'],
} as const;

export const deleteRoute: Route = (app, { services }) => {
  app.delete('/delete', { schema, config: { permission: 'delete' } }, async ({ body: { collection, id }, context }) => {
    await services().gallery.deleteUser(context.collection(collection), id);
    return success('User deleted');
  });
};
