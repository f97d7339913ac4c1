import { z } from 'zod';
import { FaceSearchError } from '../../../core/errors.js';
import type { Route } from '../../route.js';
import { faceParameter, userQuery } from './fields.js';

const schema = {
  tags: ['Administration'],
  summary: 'A small picture of a face',
  description:
    'At most 160x160 pixels, made of the photo that was kept, and erased with it. With `If-None-Match` it is sent only when it has changed.',
  params: faceParameter,
  querystring: userQuery,
  response: { 200: { content: { 'image/jpeg': { schema: z.instanceof(Buffer) } } } },
  errors: ['USER_NOT_FOUND', 'FACE_NOT_FOUND', 'PHOTO_NOT_FOUND'],
} as const;

export const portraitRoute: Route = (app, { services, config: { KEEP_PHOTOS } }) => {
  app.get(
    '/faces/:face/portrait',
    { schema, config: { permission: 'list' } },
    async ({ query: { collection, id }, params, headers, context }, reply) => {
      const { directory, analyser } = services();
      const face = { collection: context.collection(collection), userId: id, faceId: params.face };
      try {
        const make = (photo: Buffer) => analyser.portrait(photo, context.abandoned);
        const { tag, picture } = await directory.portrait(face, make, headers['if-none-match']);
        // Kept by the browser, and asked for each time whether it is still there.
        reply.headers({ etag: tag, 'cache-control': 'private, no-cache' });
        if (picture) return reply.type('image/jpeg').send(picture);
        // Not changed: no reply of its own in the schema, which has bodies.
        return reply.code(304 as 200).send();
      } catch (error) {
        const isOff = KEEP_PHOTOS === 'off' && error instanceof FaceSearchError && error.reason === 'photo-not-found';
        throw isOff ? new FaceSearchError('PHOTO_NOT_FOUND', 'photos-off') : error;
      }
    },
  );
};
