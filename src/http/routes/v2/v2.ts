import type { FastifyInstance } from 'fastify';
import { type Dialect, speak } from '../../dialect.js';
import { announceResults } from '../../plugins/events.js';
import { type EndpointParts, guardEndpoints } from '../../plugins/guard.js';
import { countByTenant } from '../../plugins/request-metrics.js';
import { addRoute } from '../v4/add.js';
import { createRoute } from '../v4/create.js';
import { deleteRoute } from '../v4/delete.js';
import { deleteCollectionRoute } from '../v4/delete-collection.js';
import { deleteFacesRoute } from '../v4/delete-faces.js';
import { listRoute } from '../v4/list.js';
import { searchRoute } from './search.js';

/** Path under which the endpoints of version 2 live. */
export const pathOfV2 = '/dmp/facesearch/v2';

/** The codes of the samples of the vendor's page, whose tables have others. */
const dialect: Dialect = { codes: { NO_FACE: 400, MANY_FACES: 400, NOT_FULL_FACE: 400, NOT_LIVE: 400, MISSING: 400 } };

/** In the order in which the documentation shows them. Only the search differs from that of version 4, by its fields. */
const routes = [createRoute, addRoute, listRoute, deleteRoute, deleteCollectionRoute, searchRoute];

/** The endpoints of version 2, over the same people as version 4. */
export async function facesearchV2(app: FastifyInstance, parts: EndpointParts): Promise<void> {
  guardEndpoints(app, parts);
  countByTenant(app, parts.counts);
  announceResults(app, parts.services);
  speak(app, dialect);
  for (const route of routes) route(app.withTypeProvider(), parts);
  await app.register(async (scope) => {
    speak(scope, { codes: { USER_NOT_FOUND: 400 } });
    deleteFacesRoute(scope.withTypeProvider(), parts);
  });
}
