import { Readable } from 'node:stream';
import { z } from 'zod';
import type { User } from '../../../persistence/people/people-store.js';
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
  app.get('/list', { schema, config: { permission: 'list' } }, async ({ query, context }, reply) => {
    const pages = services().directory.everybody(context.collection(query.collection))[Symbol.asyncIterator]();
    // Before anything is sent, so that a failure gets its own reply.
    const [first, second] = [await pages.next(), await pages.next()];
    if (second.done) return success(first.value ?? []);
    reply.type('application/json; charset=utf-8');
    // What is sent is checked here by nothing but its writing.
    return reply.send(Readable.from(written(first.value, second.value, pages)) as never);
  });
};

/** The reply for many users, piece by piece: what is in memory does not grow with the collection. */
async function* written(first: User[], second: User[], rest: AsyncIterator<User[]>): AsyncIterable<string> {
  yield `{"data":[${elements(first)}`;
  for (let users = second, done: boolean | undefined = false; !done; { value: users, done } = await rest.next()) {
    if (users.length > 0) yield `,${elements(users)}`;
  }
  yield '],"code":"200"}';
}

function elements(users: readonly User[]): string {
  return JSON.stringify(users).slice(1, -1);
}
