import type { OptionalCohort } from '../scoring/cohort.js';

/** The cohort that a tenant's people are compared with. */
export interface CohortSource {
  of(tenant: string): Promise<OptionalCohort>;
}
