import { collection, id } from '../../forms/common-fields.js';
import { form } from '../../forms/form.js';
import { doneSchema, exampleUser, success } from '../../replies.js';
import type { Route } from '../../route.js';

const schema = {
  tags: ['People'],
  summary: 'Register a person, or change the name',
  body: form({
    collection,
    id,
    name: { kind: 'text', required: true, description: 'Name of the user.', example: exampleUser.name },
  }),
  response: { 200: doneSchema('User created/updated') },
} as const;

export const createRoute: Route = (app, { services }) => {
  app.post(
    '/create',
    { schema, config: { permission: 'enrol' } },
    async ({ body: { collection, id, name }, context }) => {
      await services().gallery.saveUser(context.collection(collection), { id, name });
      return success('User created/updated');
    },
  );
};
