import type { FastifyInstance } from 'fastify';

/** Logs one line for each request, probes at the debug level, and returns the request's id in a header. */
export function addAccessLog(app: FastifyInstance): void {
  app.addHook('onRequest', async (request, reply) => {
    reply.header('x-request-id', request.id);
  });

  app.addHook('onResponse', async (request, reply) => {
    const { code, refusal, stages } = request.context;
    const route = request.routeOptions.url;
    const isProbe = route === '/health' || route === '/ready';
    request.log[isProbe ? 'debug' : 'info'](
      {
        method: request.method,
        // The pattern: the URL itself may hold the name of a collection.
        route: route ?? 'unknown',
        status: reply.statusCode,
        code: code ?? null,
        ...(refusal && { reason: refusal.reason }),
        ms: Math.round(reply.elapsedTime),
        ...(stages && { stages: rounded(stages) }),
      },
      'request',
    );
  });

  app.addHook('onRequestAbort', async (request) => {
    request.log.info({ method: request.method, route: request.routeOptions.url ?? 'unknown' }, 'request aborted');
  });
}

/** To tenths of a millisecond. */
function rounded(stages: Readonly<Record<string, number>>): Record<string, number> {
  return Object.fromEntries(Object.entries(stages).map(([stage, ms]) => [stage, Math.round(ms * 10) / 10]));
}
