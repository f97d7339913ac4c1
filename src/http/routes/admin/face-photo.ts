import { z } from 'zod';
import type { Route } from '../../route.js';
import { faceParameter, userQuery } from './fields.js';

const bytes = { schema: z.instanceof(Buffer) };

const schema = {
  tags: ['Administration'],
  summary: 'The photo of a face',
  description:
    'Photos of people whom a search enrolled are kept; with KEEP_PHOTOS also those that faces were added from.',
  params: faceParameter,
  querystring: userQuery,
  response: { 200: { content: { 'image/jpeg': bytes, 'image/png': bytes } } },
  errors: ['USER_NOT_FOUND', 'FACE_NOT_FOUND', 'PHOTO_NOT_FOUND'],
} as const;

export const facePhotoRoute: Route = (app, { services }) => {
  app.get(
    '/faces/:face/photo',
    { schema, config: { permission: 'list' } },
    async ({ query: { collection, id }, params, context }, reply) => {
      const photo = await services().directory.photo(context.collection(collection), id, params.face);
      return reply.type(imageType(photo)).send(photo);
    },
  );
};

/** Only JPEG and PNG are ever kept. */
function imageType(bytes: Buffer): string {
  return bytes[0] === 0x89 ? 'image/png' : 'image/jpeg';
}
