import type { FastifyInstance, FastifyRequest } from 'fastify';
import { FaceSearchError } from '../../core/errors.js';
import { Form } from '../forms/form.js';
import { hasBody, plainTypes } from './multipart.js';

/** Refuses bodies that are compressed, or of a media type that the endpoint's form is not read from, before they are read. */
export function refuseOtherMedia(app: FastifyInstance): void {
  app.addHook('preParsing', async (request) => {
    const encoding = request.headers['content-encoding'] ?? 'identity';
    if (hasBody(request) && encoding.trim().toLowerCase() !== 'identity')
      throw new FaceSearchError('MEDIA_TYPE', 'content-encoding');
    const form = formOf(request);
    if (!form || !hasBody(request)) return;
    const type = mediaTypeOf(request);
    if (type !== 'multipart/form-data' && (form.hasImage || !plainTypes.includes(type)))
      throw new FaceSearchError('MEDIA_TYPE', 'media-type');
  });
}

/** The form of a request's endpoint, which is its body or, where the query is one, may be its body too. */
export function formOf({ routeOptions: { schema } }: FastifyRequest): Form | undefined {
  const form = schema?.body ?? schema?.querystring;
  return form instanceof Form ? form : undefined;
}

/** In lower case and without parameters; empty where there is none. */
export function mediaTypeOf({ headers }: FastifyRequest): string {
  return (headers['content-type'] ?? '').replace(/;.*/s, '').trim().toLowerCase();
}
