import { z } from 'zod';
import { userSorts } from '../../../persistence/people/user-pages.js';
import { exampleUser, success, successSchema } from '../../replies.js';
import type { Route } from '../../route.js';
import { collection, count, name, portrait, string, whole } from './fields.js';

const users = z.strictObject({
  total: whole.describe('How many there are on all pages.'),
  atLeast: z
    .literal(true)
    .optional()
    .describe('Not all that match were counted: there are `total` or more. Only searches in PostgreSQL.'),
  users: z.array(z.strictObject({ id: z.string(), name: z.string(), faces: whole, portrait })),
  next: z.string().optional().describe('Send it as `cursor` for the next page. The last page has none.'),
});

const schema = {
  tags: ['Administration'],
  summary: 'Users by page, in order of creation, of names or of ids',
  querystring: z.object({
    collection,
    search: name.default('').describe('Part of an id or a name; case and accents do not matter.'),
    sort: z
      .enum(userSorts, `must be one of ${userSorts.join(', ')}`)
      .default('created')
      .describe(
        '`created`: the oldest first. `newest`: the newest first. `id`, `name`: users without a name come last.',
      ),
    without_face: z
      .enum(['true', '1', 'false', '0'], 'must be true or false')
      .default('false')
      .transform((given) => given === 'true' || given === '1')
      .describe('Only users who have no face.'),
    cursor: string().max(8192, 'is too long').optional().describe('`next` of the page before, with the same `sort`.'),
    offset: count(0, 999_999_999).default(0).describe('Users to skip. Large ones are slow: use `cursor`.'),
    limit: count(1, 200).default(50),
  }),
  response: { 200: successSchema(users, { total: 1, users: [{ ...exampleUser, faces: 1, portrait: 1 }] }) },
} as const;

export const usersRoute: Route = (app, { services }) => {
  app.get('/users', { schema, config: { permission: 'list' } }, async ({ query, context }) => {
    const { collection, without_face: withoutFace, cursor, ...rest } = query;
    const request = { ...rest, withoutFace, cursor };
    const { directory } = services();
    const where = context.collection(collection);
    const { isTotalExact, next, total, users } = await directory.page(where, request);
    return success({
      total,
      users: users.map(({ portrait = null, ...user }) => ({ ...user, portrait })),
      ...(!isTotalExact && { atLeast: true as const }),
      ...(next !== undefined && { next }),
    });
  });
};
