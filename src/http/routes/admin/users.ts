import { z } from 'zod';
import type { UserPage } from '../../../gallery/user-directory.js';
import { exampleUser, success, successSchema } from '../../replies.js';
import type { Route } from '../../route.js';
import { collection, count, name, portrait, whole } from './fields.js';

const users = z.strictObject({
  total: whole.describe('How many there are on all pages.'),
  users: z.array(z.strictObject({ id: z.string(), name: z.string(), faces: whole, portrait })),
});

const schema = {
  tags: ['Administration'],
  summary: 'Users by page, in order of creation',
  querystring: z.object({
    collection,
    search: name.default('').describe('Part of an id or a name; case and accents do not matter.'),
    offset: count(0, 999_999_999).default(0),
    limit: count(1, 200).default(50),
  }),
  response: { 200: successSchema(users, { total: 1, users: [{ ...exampleUser, faces: 1, portrait: 1 }] }) },
} as const;

export const usersRoute: Route = (app, { services }) => {
  app.get('/users', { schema, config: { permission: 'list' } }, async ({ query: { collection, ...page }, context }) =>
    success(shownPage(await services().directory.page(context.collection(collection), page))),
  );
};

function shownPage({ total, users }: UserPage) {
  return { total, users: users.map(({ portrait = null, ...user }) => ({ ...user, portrait })) };
}
