import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Metrics } from '../../observability/metrics/metrics.js';
import type { TenantCounts } from '../../observability/metrics/tenant-counts.js';
import { nameInV4 } from '../endpoint-name.js';

/** Lets the metrics see every request. */
export function addRequestMetrics(app: FastifyInstance, metrics: Metrics | undefined): void {
  if (!metrics) return;

  app.addHook('onResponse', async (request, reply) => {
    const { code, stages, similarity, refusal } = request.context;
    metrics.countRequest({
      call: callOf(request),
      status: reply.statusCode,
      code: code ?? String(reply.statusCode),
      seconds: reply.elapsedTime / 1000,
      stages,
      similarity,
      refusal: refusal && { error: refusal.errorName, reason: refusal.reason },
    });
  });
  app.addHook('onRequestAbort', async (request) => metrics.countAborted(callOf(request)));
}

/**
 * Counts the requests of this scope for the tenant that sent them.
 * @param isCounted false for requests that are none of the tenant's own business with the server
 */
export function countByTenant(
  app: FastifyInstance,
  counts: TenantCounts,
  isCounted: (request: FastifyRequest) => boolean = () => true,
): void {
  app.addHook('onResponse', async (request, reply) => {
    const { knownCaller, code, refusal } = request.context;
    if (!knownCaller || !isCounted(request)) return;
    counts.count(knownCaller.tenant, code ?? String(reply.statusCode), refusal?.reason);
  });
}

/** The pattern, never the URL, which anybody can make up. */
function callOf(request: FastifyRequest): string {
  const route = request.routeOptions.url;
  if (route === undefined) return 'unknown';
  // A series for each file that a browser loads would tell nobody anything.
  const [, pages] = /^(\/(?:console|docs))\b/.exec(route) ?? [];
  if (pages !== undefined) return pages;
  return nameInV4(route) ?? route;
}
