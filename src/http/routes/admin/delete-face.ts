import { doneSchema, success } from '../../replies.js';
import type { Route } from '../../route.js';
import { faceParameter, userQuery } from './fields.js';

const schema = {
  tags: ['Administration'],
  summary: 'Delete a single face',
  params: faceParameter,
  querystring: userQuery,
  response: { 200: doneSchema('Face deleted') },
  errors: ['USER_NOT_FOUND', 'FACE_NOT_FOUND'],
} as const;

export const deleteFaceRoute: Route = (app, { services }) => {
  app.delete(
    '/faces/:face',
    { schema, config: { permission: 'delete' } },
    async ({ query: { collection, id }, params, context }) => {
      await services().gallery.deleteFace(context.collection(collection), id, params.face);
      return success('Face deleted');
    },
  );
};
