import { z } from 'zod';
import { success, successSchema } from '../../replies.js';
import type { Route } from '../../route.js';
import { whole } from './fields.js';

const collections = z.array(z.strictObject({ collection: z.string(), users: whole, faces: whole }));

const schema = {
  tags: ['Administration'],
  summary: 'Collections with counts, in order of their names',
  response: { 200: successSchema(collections, [{ collection: '', users: 1, faces: 1 }]) },
} as const;

export const collectionsRoute: Route = (app, { services }) => {
  app.get('/collections', { schema, config: { permission: 'list' } }, async ({ context }) =>
    success(await services().directory.collections(context.caller.tenant)),
  );
};
