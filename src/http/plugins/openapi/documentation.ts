import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import type { FastifyInstance } from 'fastify';
import { serverVersion } from '../../../util/version.js';
import { openApiDocument } from './document.js';
import type { RouteDoc } from './route-doc.js';

/** Nothing is loaded from elsewhere, and nothing is sent elsewhere. The viewer sets styles of elements. */
const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data: blob:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** Serves the description of these routes at /openapi.json, and a viewer that works offline at /docs; without a key. */
export async function addDocumentation(
  app: FastifyInstance,
  routes: readonly RouteDoc[],
  httpStatus: 'business' | 'mirror',
): Promise<void> {
  const document = openApiDocument(routes, { version: serverVersion, httpStatus });
  app.get('/openapi.json', async () => document);
  await app.register(swagger, { mode: 'static', specification: { document: document as never } });
  await app.register(swaggerUi, {
    routePrefix: '/docs',
    staticCSP: contentSecurityPolicy,
    theme: {
      title: 'Face search API',
      // The bar at the top shows the plugin's own logo, and a field for the address of other documents.
      css: [{ filename: 'theme.css', content: '.swagger-ui .topbar { display: none }' }],
    },
    uiConfig: { docExpansion: 'list', tryItOutEnabled: true, persistAuthorization: false },
  });
}
