import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import type { FastifyInstance } from 'fastify';
import { serverVersion } from '../../../util/version.js';
import { describeRoute, describeVectors, type HttpStatusMode, refusalComponents } from './document.js';

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

/** The bar at the top shows the plugin's own logo, and a field for the address of other documents. No reply has links. */
const css = `
.swagger-ui .topbar, .swagger-ui .response-col_links { display: none }
@media (max-width: 640px) {
  .swagger-ui .response-control-media-type { display: none }
  .swagger-ui .opblock-section-header .btn { margin-left: 6px; padding: 5px 10px }
  .swagger-ui .parameters-col_name, .swagger-ui .parameters-col_description { display: block; padding: 4px 0 }
  .swagger-ui .highlight-code pre code { display: block; padding-bottom: 40px }
}
`;
const viewport = `document.head.append(Object.assign(document.createElement('meta'), {
  name: 'viewport',
  content: 'width=device-width, initial-scale=1',
}));`;

/**
 * Serves the description of the routes that are added afterwards at /openapi.json, and a viewer that works offline at
 * /docs; without a key.
 */
export async function addDocumentation(app: FastifyInstance, httpStatus: HttpStatusMode): Promise<void> {
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Face search',
        version: serverVersion,
        license: { name: 'MIT', identifier: 'MIT' },
        description:
          'Finds people by their face. To try an endpoint, press Authorize and enter an API key. Every reply has a `code`, a string. ' +
          (httpStatus === 'mirror'
            ? 'It is the HTTP status too.'
            : 'Results such as 404 and 407 travel with HTTP status 200; the server can also be set to mirror the code in the HTTP status.') +
          ' What cannot be read as a request of one of these endpoints gets the HTTP status that says so, with the same form of body. ' +
          'Prometheus metrics are served at `/metrics` on a port of their own, `METRICS_PORT`, without a key.',
      },
      components: {
        ...refusalComponents(),
        securitySchemes: {
          api_key: { type: 'apiKey', in: 'header', name: 'api_key', description: 'Also as `api-key`.' },
          session: {
            type: 'apiKey',
            in: 'cookie',
            name: 'facesearch-session',
            description:
              'Of `POST /admin/v1/session`; over HTTPS `__Host-facesearch-session`. Requests but for GET need a header `x-requested-with`, too.',
          },
        },
      },
      security: [{ api_key: [] }, { session: [] }],
    },
    convertConstToEnum: false,
    transform: describeRoute(httpStatus),
    transformObject: (document) => {
      const { openapiObject } = document as {
        openapiObject: object & { paths: Parameters<typeof describeVectors>[0] };
      };
      describeVectors(openapiObject.paths);
      return openapiObject;
    },
  });
  app.addHook('onRoute', ({ method, url, schema }) => {
    if (!schema?.hide && schema?.summary === undefined) throw new Error(`${method} ${url} has no description.`);
  });
  app.get('/openapi.json', { schema: { hide: true } }, async () => app.swagger());
  await app.register(swaggerUi, {
    routePrefix: '/docs',
    staticCSP: contentSecurityPolicy,
    theme: {
      title: 'Face search API',
      css: [{ filename: 'theme.css', content: css }],
      // The page of the plugin has none, so phones would show it as a narrow desktop.
      js: [{ filename: 'viewport.js', content: viewport }],
    },
    // A hundred endpoints are read by their groups, and drawn when a group is opened.
    uiConfig: {
      docExpansion: 'none',
      filter: true,
      defaultModelsExpandDepth: -1,
      tryItOutEnabled: true,
      persistAuthorization: false,
    },
  });
}
