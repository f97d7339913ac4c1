import type { StoredCohort } from '../../template.js';
import type { PersonWithUser } from '../embedding-store.js';
import type { RunQuery } from './database.js';
import { bytes, type PostgresUserRow, userOf } from './user-row.js';

/** See EmbeddingStore. */
export async function peopleWithFaces(
  run: RunQuery,
  collectionId: number,
  model: string,
  after: number,
  limit: number,
): Promise<PersonWithUser[]> {
  const rows = await run<PostgresUserRow & { personId: number }>(
    `SELECT u.user_id AS "personId", u.client_id AS "clientId", u.name FROM users u
     WHERE u.collection_id = $1 AND u.user_id > $2 AND EXISTS (
       SELECT FROM faces f WHERE f.collection_id = u.collection_id AND f.user_id = u.user_id AND f.model = $3)
     ORDER BY u.user_id LIMIT $4`,
    [collectionId, after, model, limit],
  );
  return rows.map((row) => ({ collectionId, personId: row.personId, user: userOf(row) }));
}

/** See EmbeddingStore. */
export async function findCohort(run: RunQuery, tenant: string, model: string): Promise<StoredCohort | undefined> {
  const rows = await run<Omit<StoredCohort, 'members'> & { collectionId: number | null; personId: number | null }>(
    `SELECT h.build, h.people, m.collection_id AS "collectionId", m.user_id AS "personId"
     FROM tenants t JOIN cohorts h USING (tenant_id) LEFT JOIN collections c USING (tenant_id)
       LEFT JOIN cohort_members m ON m.collection_id = c.collection_id AND m.model = h.model
     WHERE t.name_hash = sha256($1) AND h.model = $2 ORDER BY m.user_id`,
    [bytes(tenant), model],
  );
  const [first] = rows;
  if (!first) return undefined;
  const members = rows.flatMap(({ collectionId, personId }) =>
    collectionId === null || personId === null ? [] : [{ collectionId, personId }],
  );
  return { build: first.build, people: first.people, members };
}

/** See EmbeddingStore; part of a transaction of the caller's. */
export async function saveCohort(
  run: RunQuery,
  tenant: string,
  model: string,
  { build, people, members }: StoredCohort,
): Promise<boolean> {
  const kept = await run(
    `INSERT INTO cohorts (tenant_id, model, build, people)
     SELECT tenant_id, $2, $3::bigint, $4 FROM tenants
     WHERE name_hash = sha256($1) AND ($3::bigint = 1 OR EXISTS (
       SELECT FROM cohorts h WHERE h.tenant_id = tenants.tenant_id AND h.model = $2))
     ON CONFLICT (tenant_id, model) DO UPDATE SET build = excluded.build, people = excluded.people
     WHERE cohorts.build = excluded.build - 1 RETURNING build`,
    [bytes(tenant), model, build, people],
  );
  if (kept.length === 0) return false;
  const ofTenant = `collection_id IN (
    SELECT collection_id FROM collections JOIN tenants t USING (tenant_id) WHERE t.name_hash = sha256($1))`;
  const asked = [members.map(({ collectionId }) => collectionId), members.map(({ personId }) => personId)];
  // The rows of the users before and now are held, so that none of them is deleted meanwhile; in one order, as everywhere.
  await run(
    `SELECT FROM users u WHERE (u.collection_id, u.user_id) IN (
       SELECT collection_id, user_id FROM cohort_members WHERE model = $2 AND ${ofTenant}
       UNION SELECT * FROM unnest($3::bigint[], $4::bigint[]))
     ORDER BY u.collection_id, u.user_id FOR UPDATE OF u`,
    [bytes(tenant), model, ...asked],
  );
  await run(`DELETE FROM cohort_members WHERE model = $2 AND ${ofTenant}`, [bytes(tenant), model]);
  await run(
    `INSERT INTO cohort_members (collection_id, user_id, model)
     SELECT collection_id, user_id, $1 FROM users JOIN unnest($2::bigint[], $3::bigint[]) AS asked (collection_id, user_id)
       USING (collection_id, user_id)`,
    [model, ...asked],
  );
  return true;
}
