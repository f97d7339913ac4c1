import { FaceSearchError } from '../../../core/errors.js';
import type { Gallery } from '../../../gallery/gallery.js';
import type { CollectionRef } from '../../../persistence/people/people-store.js';
import { collection, id } from '../../forms/common-fields.js';
import { hasInvisible } from '../../forms/fields.js';
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
      const { gallery } = services();
      const where = context.collection(collection);
      if (hasInvisible(id)) await requireOlderUser(gallery, where, id);
      await gallery.saveUser(where, { id, name });
      return success('User created/updated');
    },
  );
};

/** Who was made by an older version may have such an id, and keeps it. */
async function requireOlderUser(gallery: Gallery, where: CollectionRef, id: string): Promise<void> {
  try {
    await gallery.requireUser(where, id);
  } catch (error) {
    const isNew = error instanceof FaceSearchError && error.errorName === 'USER_NOT_FOUND';
    throw isNew ? new FaceSearchError('BAD_INPUT', 'id-invisible') : error;
  }
}
