import { z } from 'zod';
import { success, successSchema } from '../../replies.js';
import type { Route } from '../../route.js';
import { userQuery } from './fields.js';

const faces = z.array(
  z.strictObject({ face: z.int().min(1), model: z.string(), created: z.iso.datetime(), hasPhoto: z.boolean() }),
);

const schema = {
  tags: ['Administration'],
  summary: 'Faces of a user, in order of creation',
  querystring: userQuery,
  response: {
    200: successSchema(faces, [
      { face: 1, model: 'mobilefacenet-pair@0123456789ab', created: '2025-01-31T08:30:00.000Z', hasPhoto: false },
    ]),
  },
  errors: ['USER_NOT_FOUND'],
} as const;

export const facesRoute: Route = (app, { services }) => {
  app.get('/faces', { schema, config: { permission: 'list' } }, async ({ query: { collection, id }, context }) => {
    const faces = await services().directory.faces(context.collection(collection), id);
    return success(
      faces.map(({ faceId, model, createdAt, objectKey }) => ({
        face: faceId,
        model,
        created: createdAt.toISOString(),
        hasPhoto: objectKey !== undefined,
      })),
    );
  });
};
