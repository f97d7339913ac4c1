import type { FastifyInstance } from 'fastify';
import { countByTenant, type TenantCounts } from '../../../observability/metrics/tenant-counts.js';
import { type AuditTrail, auditCalls } from '../../plugins/audit.js';
import { type KeyLookup, requireKey } from '../../plugins/auth.js';
import { giveUpAbandoned } from '../../plugins/deadline.js';
import type { CallLimits } from '../../plugins/rate-limit.js';
import type { GetServices } from '../../services.js';
import { addExtractCalls } from './extract.js';
import { addPhotoCalls } from './photos.js';
import { addUserCalls } from './users.js';
import { addVectorCalls } from './vectors.js';

/** Path under which the twelve calls live. */
export const basePath = '/vision/ekyc/facesearch/v4';

/** What calls that need a key are made of. */
export interface CallParts {
  keys: KeyLookup;
  limits: CallLimits;
  services: GetServices;
  audit: AuditTrail | undefined;
  /** Counts what each tenant calls. */
  counts: TenantCounts;
  /** Milliseconds that a photo may wait for its turn; 0 is no limit. */
  deadline: number;
}

/** Every call of this scope: key first, then whether the server has started and can audit, then the call itself. */
export function guardCalls(app: FastifyInstance, { keys, limits, services, audit, deadline }: CallParts): void {
  giveUpAbandoned(app, deadline);
  requireKey(app, keys, limits);
  app.addHook('onRequest', async () => {
    services();
  });
  auditCalls(app, audit);
}

/** The twelve calls. */
export async function facesearch(app: FastifyInstance, parts: CallParts): Promise<void> {
  guardCalls(app, parts);
  countByTenant(app, parts.counts);
  addUserCalls(app, parts.services);
  addPhotoCalls(app, parts.services);
  addVectorCalls(app, parts.services);
  addExtractCalls(app, parts.services);
}
