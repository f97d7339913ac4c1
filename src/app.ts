import { randomUUID } from 'node:crypto';
import type { Socket } from 'node:net';
import cors from '@fastify/cors';
import { type FastifyBaseLogger, type FastifyInstance, fastify, LogController } from 'fastify';
import type { Logins } from './accounts/logins.js';
import type { Config } from './config/config.js';
import { FaceSearchError } from './core/errors.js';
import { addAccessLog } from './http/plugins/access-log.js';
import type { AuditTrail } from './http/plugins/audit.js';
import type { KeyLookup } from './http/plugins/auth.js';
import { admitBodies } from './http/plugins/body-admission.js';
import { endConnectionsOnClose } from './http/plugins/connections.js';
import { consoleFiles } from './http/plugins/console-files.js';
import { addErrorReplies, sendError } from './http/plugins/errors.js';
import { refuseOtherMedia } from './http/plugins/media-type.js';
import { acceptForms } from './http/plugins/multipart.js';
import { addDocumentation } from './http/plugins/openapi/documentation.js';
import { callLimits } from './http/plugins/rate-limit.js';
import { addRequestMetrics } from './http/plugins/request-metrics.js';
import type { CertificatePair } from './http/plugins/tls.js';
import { addRequestContext } from './http/request-context.js';
import { useSchemas } from './http/route.js';
import { admin, adminPath, logIn } from './http/routes/admin/admin.js';
import { checkfacePath, facematch, facematchPath } from './http/routes/facematch/facematch.js';
import { healthRoutes } from './http/routes/health.js';
import { facesearchV2, pathOfV2 } from './http/routes/v2/v2.js';
import { basePath, facesearch } from './http/routes/v4/v4.js';
import type { Services } from './http/services.js';
import type { Metrics } from './observability/metrics/metrics.js';
import { TenantCounts } from './observability/metrics/tenant-counts.js';

/** Forms without a photo that may be in memory at once. */
const PLAIN_BODIES = 256;

/** Connections at once; one more is closed without an answer. */
const MAX_CONNECTIONS = 10_000;

/** What the server is made of. */
export interface AppParts {
  config: Config;
  keys: KeyLookup;
  logins: Logins;
  /** Undefined until gallery and analyser have started; calls answer 503 until then. */
  services: () => Services | undefined;
  /** Rejects when what is below the services, such as the store, does not answer. */
  checkReady: () => Promise<void>;
  /** Undefined where calls are not audited. */
  audit?: AuditTrail | undefined;
  logger: FastifyBaseLogger;
  /** Without one the app speaks plain HTTP. */
  certificate?: CertificatePair | undefined;
  /** Sees every request, where metrics are wanted. */
  metrics?: Metrics | undefined;
}

/** Builds the HTTP server without starting it, so that a test can also call `inject`. */
export async function buildApp({
  config,
  keys,
  logins,
  services,
  checkReady,
  audit,
  logger,
  certificate,
  metrics,
}: AppParts): Promise<FastifyInstance> {
  const mirror = config.HTTP_STATUS === 'mirror';
  const timers = requestTimers(config.REQUEST_TIMEOUT);
  const app = fastify({
    loggerInstance: logger,
    logController: new LogController({ disableRequestLogging: true }),
    // Random, so that an id neither repeats nor tells how many requests there were.
    genReqId: () => randomUUID(),
    routerOptions: { ignoreTrailingSlash: true },
    bodyLimit: config.BODY_LIMIT,
    requestTimeout: config.REQUEST_TIMEOUT,
    trustProxy: config.TRUST_PROXY ?? false,
    http: timers,
    // A server with TLS answers like one without, but its type would make two of every function here.
    ...(certificate && ({ https: { ...timers, ...certificate } } as object)),
    // While closing, a request that already has its connection is still served.
    return503OnClosing: false,
    frameworkErrors: (error, request, reply) => sendError(error, request, reply, mirror),
    clientErrorHandler: answerUnreadableRequest,
  });
  const startedServices = () => {
    const started = services();
    if (!started) throw new FaceSearchError('NOT_READY');
    return started;
  };

  app.server.maxConnections = MAX_CONNECTIONS;
  addRequestContext(app);
  addAccessLog(app);
  addRequestMetrics(app, metrics);
  endConnectionsOnClose(app);
  addErrorReplies(app, mirror);
  app.addHook('onRequest', async (_request, reply) => {
    reply.headers({ 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' });
  });
  if (config.CORS_ORIGIN) {
    await app.register(cors, {
      origin: config.CORS_ORIGIN,
      methods: ['GET', 'POST', 'DELETE'],
      allowedHeaders: ['api_key', 'api-key', 'facematch_version', 'facematch-version', 'content-type'],
      exposedHeaders: ['x-request-id', 'retry-after'],
      maxAge: 86_400,
    });
  }
  await acceptForms(app);
  refuseOtherMedia(app);
  useSchemas(app);
  await addDocumentation(app, config.HTTP_STATUS);
  await app.register(consoleFiles);
  // As many photos may arrive as may wait and be computed.
  admitBodies(app, { photo: 2 * (config.MAX_QUEUE + config.WORKERS), plain: PLAIN_BODIES });
  const limits = await callLimits(app, config.RATE_LIMIT, config.FAILED_KEY_LIMIT);
  const parts = { config, keys, logins, limits, services: startedServices, audit, counts: new TenantCounts() };
  await app.register(facesearch, { prefix: basePath, ...parts });
  await app.register(facesearchV2, { prefix: pathOfV2, ...parts });
  for (const prefix of [facematchPath, checkfacePath]) await app.register(facematch, { prefix, ...parts });
  await app.register(logIn, { prefix: adminPath, ...parts });
  await app.register(admin, { prefix: adminPath, ...parts });
  healthRoutes(app.withTypeProvider(), async () => {
    const { scale, otherModels } = startedServices();
    await checkReady();
    return { isProvisional: scale?.isProvisional ?? false, notSearched: (await otherModels?.faces()) ?? 0 };
  });
  return app;
}

/** Node allows 60 s for headers, and looks at its clocks twice a minute, whatever the limit for a request is. */
function requestTimers(requestTimeout: number) {
  if (requestTimeout === 0) return { headersTimeout: 0 };
  return {
    headersTimeout: Math.min(requestTimeout, 60_000),
    connectionsCheckingInterval: Math.max(100, Math.min(requestTimeout / 4, 30_000)),
  };
}

/** What cannot be read as an HTTP request, or does not arrive in time, has no request to reply to, only a socket. */
function answerUnreadableRequest(error: Error & { code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) return;
  const { code, message, reason } = new FaceSearchError(
    error.code === 'ERR_HTTP_REQUEST_TIMEOUT'
      ? 'REQUEST_TIMEOUT'
      : error.code === 'HPE_HEADER_OVERFLOW'
        ? 'HEADERS_TOO_LARGE'
        : 'BAD_REQUEST',
  );
  const body = JSON.stringify({ data: message, code: String(code), reason });
  socket.end(
    `HTTP/1.1 ${code} ${message}\r\nconnection: close\r\ncontent-type: application/json; charset=utf-8\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
  );
}
