import { duplicateGuard } from '../../duplicates.js';
import { collection, id, vector } from '../../forms/common-fields.js';
import { form } from '../../forms/form.js';
import { doneSchema, success } from '../../replies.js';
import type { Route } from '../../route.js';

const schema = {
  tags: ['People'],
  summary: 'Add an embedding of a person',
  body: form({ collection, id, vector }),
  response: { 200: doneSchema('Add photo success') },
  errors: ['USER_NOT_FOUND', 'DUPLICATE'],
} as const;

export const addVectorRoute: Route = (app, { services, config }) => {
  app.post(
    '/add_vector',
    { schema, config: { permission: 'enrol' } },
    async ({ body: { collection, id, vector }, context }) => {
      const { gallery } = services();
      const where = context.collection(collection);
      await gallery.requireUser(where, id);
      await gallery.addFace(where, id, vector.numbers(), undefined, duplicateGuard(config, context));
      return success('Add photo success');
    },
  );
};
