import { z } from 'zod';
import { collection } from '../../forms/common-fields.js';
import { form } from '../../forms/form.js';
import { exampleUser, success, successSchema } from '../../replies.js';
import type { Route } from '../../route.js';

const users = z.array(z.strictObject({ id: z.string(), name: z.string() }));

const schema = {
  tags: ['People'],
  summary: 'Everybody in a collection, in order of creation',
  querystring: form({ collection }),
  response: { 200: successSchema(users, [exampleUser]) },
} as const;

export const listRoute: Route = (app, { services }) => {
  app.get('/list', { schema, config: { permission: 'list' } }, async ({ query, context }) => {
    const users = await services().gallery.listUsers(context.collection(query.collection));
    return success(users.map(({ id, name }) => ({ id, name })));
  });
};
