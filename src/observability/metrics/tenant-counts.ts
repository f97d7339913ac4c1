import type { FastifyInstance, FastifyRequest } from 'fastify';

/** What the calls of one tenant came to since the process started. */
export interface CallCounts {
  /** Calls by the code that they were answered with. */
  requests: Record<string, number>;
  /** Refusals, also those that /analyse tells of: by reason. */
  refusals: Record<string, number>;
}

/**
 * Counts for the tenants themselves, each of which sees its own only. There are as many as tenants have called, and every
 * name within them is one of few.
 */
export class TenantCounts {
  readonly #byTenant = new Map<string, CallCounts>();

  /** All empty for a tenant that has not called. */
  of(tenant: string): CallCounts {
    return this.#byTenant.get(tenant) ?? { requests: {}, refusals: {} };
  }

  count(tenant: string, code: string, reason: string | null): void {
    const counts = this.of(tenant);
    this.#byTenant.set(tenant, counts);
    counts.requests[code] = (counts.requests[code] ?? 0) + 1;
    if (reason !== null) counts.refusals[reason] = (counts.refusals[reason] ?? 0) + 1;
  }
}

/**
 * Counts the calls of this scope.
 * @param isCounted false for calls that are none of the tenant's own business with the server
 */
export function countByTenant(
  app: FastifyInstance,
  counts: TenantCounts,
  isCounted: (request: FastifyRequest) => boolean = () => true,
): void {
  app.addHook('onResponse', async (request, reply) => {
    const { caller, outcome, reason } = request;
    if (!caller || !isCounted(request)) return;
    counts.count(caller.tenant, outcome ?? String(reply.statusCode), reason);
  });
}
