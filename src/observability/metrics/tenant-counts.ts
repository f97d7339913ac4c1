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

  count(tenant: string, code: string, reason: string | undefined): void {
    const counts = this.of(tenant);
    this.#byTenant.set(tenant, counts);
    counts.requests[code] = (counts.requests[code] ?? 0) + 1;
    if (reason !== undefined) counts.refusals[reason] = (counts.refusals[reason] ?? 0) + 1;
  }
}
