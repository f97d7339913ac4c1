import type { PendingObjects } from '../../photos/photo-outbox.js';
import type { RunQuery } from './database.js';

/** How long an announced object that no face names belongs to the server that announced it: far longer than a call. */
const RESERVED = '1 hour';

/** Some of each tenant's; the tenants are found by one look into the index each. */
const PENDING_OBJECTS = `
  WITH RECURSIVE t AS (
    SELECT min(tenant_id) AS tenant_id FROM pending_object_deletions
    UNION ALL
    SELECT (SELECT min(p.tenant_id) FROM pending_object_deletions p WHERE p.tenant_id > t.tenant_id) FROM t
    WHERE t.tenant_id IS NOT NULL
  )
  SELECT t.tenant_id AS "tenantId", k.keys FROM t
    LEFT JOIN unnest($3::bigint[], $4::text[]) AS a (tenant_id, key) ON a.tenant_id = t.tenant_id
    CROSS JOIN LATERAL (
      SELECT array_agg(object_key) AS keys FROM (
        SELECT object_key FROM pending_object_deletions p
        WHERE p.tenant_id = t.tenant_id AND object_key COLLATE "C" > coalesce(a.key, '')
          AND (node IS NULL OR node = $1 OR since < now() - $2::interval)
        ORDER BY object_key COLLATE "C" LIMIT $5
      ) AS turn
    ) k
  WHERE k.keys IS NOT NULL ORDER BY t.tenant_id`;

/**
 * As in PhotoOutbox. Of what other servers announced only what they left for an hour: they may be about to store its face.
 * @param node this server's name for what it announces
 */
export function pendingObjects(
  run: RunQuery,
  node: string,
  limit: number,
  after: ReadonlyMap<number, string>,
): Promise<PendingObjects[]> {
  return run<PendingObjects>(PENDING_OBJECTS, [node, RESERVED, [...after.keys()], [...after.values()], limit]);
}
