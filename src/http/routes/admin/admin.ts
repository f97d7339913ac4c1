import type { FastifyInstance } from 'fastify';
import type { Config } from '../../../config/config.js';
import { FaceSearchError } from '../../../core/errors.js';
import { countByTenant } from '../../../observability/metrics/tenant-counts.js';
import { serverVersion } from '../../../util/version.js';
import { noteSubject } from '../../forms/form.js';
import { forReadOnlyKeys } from '../../plugins/auth.js';
import { callerOf } from '../../plugins/caller.js';
import { success } from '../../plugins/replies.js';
import { collectionOf } from '../../services.js';
import { type CallParts, guardCalls } from '../v4/v4.js';
import { addAnalysisCalls } from './analysis.js';
import { addLoadCall } from './load.js';
import { checked, faceParameter, facesQuery, usersQuery } from './requests.js';

/** Path under which lies what people need beside the twelve calls. */
export const adminPath = '/admin/v1';

/** Calls for people and their tools, with the keys, tenants and limits of the twelve calls; docs/admin-api.md. */
export async function admin(app: FastifyInstance, parts: CallParts & { config: Config }): Promise<void> {
  guardCalls(app, parts);
  acceptJson(app);
  const { services, config, counts } = parts;
  // Looking things up is no work of the tenant's: a console that watches would count itself.
  countByTenant(app, counts, ({ method }) => method !== 'GET');
  app.addHook('onRequest', async (request) => {
    if (request.method === 'POST') request.admitBody('photo');
  });
  app.addHook('preHandler', async (request) => {
    noteSubject(request, { ...(request.query as object), ...(request.body as object | undefined) });
  });

  app.get('/status', forReadOnlyKeys, async (request) => {
    const { tenant, readOnly } = callerOf(request);
    return success({
      tenant,
      readOnly,
      version: serverVersion,
      node: process.versions.node,
      model: services().model,
      uptime: Math.floor(process.uptime()),
      similarity: config.SIMILARITY,
      minResolution: config.MIN_RESOLUTION,
      minFaceWidth: config.MIN_FACE_WIDTH,
      minFaceArea: config.MIN_FACE_AREA,
    });
  });

  app.get('/collections', async (request) => success(await services().directory.collections(callerOf(request).tenant)));

  app.get('/users', async (request) => {
    const { collection, ...page } = checked(usersQuery, request.query);
    return success(await services().directory.page(collectionOf(request, collection), page));
  });

  app.get('/faces', async (request) => {
    const { collection, id } = checked(facesQuery, request.query);
    const faces = await services().directory.faces(collectionOf(request, collection), id);
    return success(
      faces.map(({ faceId, model, createdAt, objectKey }) => ({
        face: faceId,
        model,
        created: createdAt.toISOString(),
        hasPhoto: objectKey !== undefined,
      })),
    );
  });

  app.delete('/faces/:face', async (request) => {
    const { collection, id } = checked(facesQuery, request.query);
    const { face } = checked(faceParameter, request.params);
    await services().gallery.deleteFace(collectionOf(request, collection), id, face);
    return success('Face deleted');
  });

  app.get('/faces/:face/photo', async (request, reply) => {
    const { collection, id } = checked(facesQuery, request.query);
    const { face } = checked(faceParameter, request.params);
    const photo = await services().directory.photo(collectionOf(request, collection), id, face);
    return reply.type(imageType(photo)).send(photo);
  });

  addAnalysisCalls(app, services);
  addLoadCall(app, services, counts);
}

/** Bodies are JSON; whatever else comes is answered like other wrong input. */
function acceptJson(app: FastifyInstance): void {
  const parse = app.getDefaultJsonParser('error', 'error');
  app.addContentTypeParser<string>('application/json', { parseAs: 'string' }, (request, body, done) => {
    const refuseBroken = (error: Error | null, value?: unknown) =>
      done(error && new FaceSearchError('BAD_INPUT', 'json-malformed'), value);
    // Its type allows a promise in place of the callback, which the parser never makes.
    void parse(request, body, refuseBroken);
  });
  app.addContentTypeParser('*', (_request, _body, done) => done(new FaceSearchError('BAD_INPUT', 'json-type')));
}

/** Only JPEG and PNG are ever kept. */
function imageType(bytes: Buffer): string {
  return bytes[0] === 0x89 ? 'image/png' : 'image/jpeg';
}
