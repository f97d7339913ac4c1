import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Metrics } from '../../observability/metrics/metrics.js';

declare module 'fastify' {
  interface FastifyRequest {
    /** Similarity of a search's best candidate, 0–1, for the metrics. */
    similarity: number | null;
    /** Row of the table of errors that was answered, for the metrics. */
    errorName: string | null;
  }
}

/**
 * Lets the metrics see every request. Without metrics, the members of the request exist all the same.
 * @param basePath path of the calls, which are known by the rest of their route
 */
export function addRequestMetrics(app: FastifyInstance, basePath: string, metrics: Metrics | undefined): void {
  app.decorateRequest('similarity', null);
  app.decorateRequest('errorName', null);
  if (!metrics) return;

  app.addHook('onResponse', async (request, reply) => {
    const { outcome, stages, similarity, errorName, reason } = request;
    metrics.countRequest({
      call: callOf(request, basePath),
      status: reply.statusCode,
      code: outcome ?? String(reply.statusCode),
      seconds: reply.elapsedTime / 1000,
      stages,
      similarity,
      refusal: errorName === null ? null : { error: errorName, reason: reason ?? '' },
    });
  });
  app.addHook('onRequestAbort', async (request) => metrics.countAborted(callOf(request, basePath)));
}

/** The pattern, never the URL, which anybody can make up. */
function callOf(request: FastifyRequest, basePath: string): string {
  const route = request.routeOptions.url;
  if (route === undefined) return 'unknown';
  // A series for each file that a browser loads would tell nobody anything.
  const [, pages] = /^(\/(?:console|docs))\b/.exec(route) ?? [];
  if (pages !== undefined) return pages;
  return route.startsWith(`${basePath}/`) ? route.slice(basePath.length + 1) : route;
}
