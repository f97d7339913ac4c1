import type { FastifyInstance } from 'fastify';
import { announceResults } from '../../plugins/events.js';
import { type EndpointParts, guardEndpoints } from '../../plugins/guard.js';
import { countByTenant } from '../../plugins/request-metrics.js';
import { addRoute } from './add.js';
import { addVectorRoute } from './add-vector.js';
import { createRoute } from './create.js';
import { deleteRoute } from './delete.js';
import { deleteCollectionRoute } from './delete-collection.js';
import { deleteFacesRoute } from './delete-faces.js';
import { extractRoute } from './extract-from-fm.js';
import { extractNoCropRoute } from './extract-no-crop-from-fm.js';
import { listRoute } from './list.js';
import { searchRoute } from './search.js';
import { searchNoCropRoute } from './search-no-crop.js';
import { searchVectorRoute } from './search-vector.js';

export { basePath } from '../../endpoint-name.js';

/** In the order in which the documentation shows them. */
const routes = [
  createRoute,
  addRoute,
  addVectorRoute,
  listRoute,
  deleteFacesRoute,
  deleteRoute,
  deleteCollectionRoute,
  searchRoute,
  searchNoCropRoute,
  searchVectorRoute,
  extractRoute,
  extractNoCropRoute,
];

/** The twelve endpoints. */
export async function facesearch(app: FastifyInstance, parts: EndpointParts): Promise<void> {
  guardEndpoints(app, parts);
  countByTenant(app, parts.counts);
  announceResults(app, parts.services);
  for (const route of routes) route(app.withTypeProvider(), parts);
}
