import type { DuplicatePair, DuplicatePairs, DuplicateScan, DuplicateStep, PairPage } from '../duplicate-pairs.js';
import type { CollectionRef } from '../people-store.js';
import type { PostgresDatabase, RunQuery } from './database.js';
import { bytes } from './user-row.js';

interface ScanRow {
  collectionId: number;
  tenant: Buffer;
  collection: Buffer;
  isRunning: boolean;
  after: number;
  done: number;
  total: number;
  startedAt: Date;
  finishedAt: Date | null;
}

interface PairRow {
  similarity: number;
  oneId: Buffer;
  oneName: Buffer;
  otherId: Buffer;
  otherName: Buffer;
  total: number;
}

/** Number of a collection whose tenant and name are $1 and $2. */
const collectionAt = `(SELECT c.collection_id FROM collections c JOIN tenants t USING (tenant_id)
  WHERE t.name_hash = sha256($1) AND c.name_hash = sha256($2))`;

const scanColumns = `
  SELECT s.collection_id AS "collectionId", t.name AS tenant, c.name AS collection, s.is_running AS "isRunning",
    s.after_user AS after, s.done, s.total, s.started_at AS "startedAt", s.finished_at AS "finishedAt"
  FROM duplicate_scans s JOIN collections c USING (collection_id) JOIN tenants t USING (tenant_id)`;

/** See DuplicatePairs; in PostgreSQL. Rows go with their users and collections, by the foreign keys. */
export class PostgresPairs implements DuplicatePairs {
  readonly #db: PostgresDatabase;

  constructor(db: PostgresDatabase) {
    this.#db = db;
  }

  async start(collection: CollectionRef): Promise<DuplicateScan | undefined> {
    await this.#db.run(
      `INSERT INTO duplicate_scans (collection_id, is_running, after_user, done, total, started_at, heard_at)
       SELECT c.collection_id, true, 0, 0, (SELECT count(*) FROM users u WHERE u.collection_id = c.collection_id), $3, $3
       FROM collections c WHERE c.collection_id = ${collectionAt}
       ON CONFLICT (collection_id) DO UPDATE SET is_running = true, after_user = 0, done = 0, total = excluded.total,
         started_at = excluded.started_at, heard_at = excluded.heard_at, finished_at = NULL`,
      [bytes(collection.tenant), bytes(collection.collection), new Date()],
    );
    return this.scan(collection);
  }

  async scan({ tenant, collection }: CollectionRef): Promise<DuplicateScan | undefined> {
    const [row] = await this.#db.run<ScanRow>(`${scanColumns} WHERE s.collection_id = ${collectionAt}`, [
      bytes(tenant),
      bytes(collection),
    ]);
    return row && shownScan(row);
  }

  async unattended(before: Date): Promise<DuplicateScan[]> {
    const rows = await this.#db.run<ScanRow>(
      `${scanColumns} WHERE s.is_running AND s.heard_at < $1 ORDER BY s.started_at`,
      [before],
    );
    return rows.map(shownScan);
  }

  progress({ collectionId, startedAt }: DuplicateScan, { after, done, pairs }: DuplicateStep): Promise<boolean> {
    return this.#db.transaction(async (run) => {
      const kept = await run(
        `UPDATE duplicate_scans SET after_user = $3, done = done + $4, heard_at = $5
         WHERE collection_id = $1 AND started_at = $2 AND is_running RETURNING collection_id`,
        [collectionId, startedAt, after, done, new Date()],
      );
      if (kept.length === 0) return false;
      await run(
        `INSERT INTO duplicate_pairs (collection_id, user_id, other_id, similarity, found_at)
         SELECT $1, least(a.user_id, b.user_id), greatest(a.user_id, b.user_id), max(found.similarity), $6
         FROM unnest($3::bytea[], $4::bytea[], $5::float8[]) AS found (one, other, similarity)
           JOIN users a ON a.collection_id = $1 AND a.client_hash = sha256(found.one)
           JOIN users b ON b.collection_id = $1 AND b.client_hash = sha256(found.other)
         WHERE a.user_id <> b.user_id GROUP BY 2, 3
         ON CONFLICT (collection_id, user_id, other_id) DO UPDATE SET found_at = excluded.found_at,
           similarity = CASE WHEN duplicate_pairs.found_at < $2 THEN excluded.similarity
             ELSE greatest(duplicate_pairs.similarity, excluded.similarity) END`,
        [
          collectionId,
          startedAt,
          pairs.map(({ ids }) => bytes(ids[0])),
          pairs.map(({ ids }) => bytes(ids[1])),
          pairs.map(({ similarity }) => similarity),
          new Date(),
        ],
      );
      return true;
    });
  }

  finish({ collectionId, startedAt }: DuplicateScan): Promise<void> {
    return this.#db.transaction(async (run) => {
      const ended = await run(
        `UPDATE duplicate_scans SET is_running = false, finished_at = $3, done = greatest(done, total)
         WHERE collection_id = $1 AND started_at = $2 AND is_running RETURNING collection_id`,
        [collectionId, startedAt, new Date()],
      );
      if (ended.length > 0)
        await run('DELETE FROM duplicate_pairs WHERE collection_id = $1 AND found_at < $2 AND dismissed_at IS NULL', [
          collectionId,
          startedAt,
        ]);
    });
  }

  async pairs(
    { tenant, collection }: CollectionRef,
    { least, offset, limit, isDismissed }: PairPage,
  ): Promise<{ total: number; pairs: DuplicatePair[] }> {
    const wanted = `collection_id = ${collectionAt} AND similarity >= $3 AND (dismissed_at IS NOT NULL) = $4`;
    const values = [bytes(tenant), bytes(collection), least, isDismissed];
    const [counted] = await this.#db.run<{ total: number }>(
      `SELECT count(*) AS total FROM duplicate_pairs WHERE ${wanted}`,
      values,
    );
    const rows = await this.#db.run<PairRow>(
      `SELECT p.similarity, a.client_id AS "oneId", a.name AS "oneName", b.client_id AS "otherId", b.name AS "otherName"
       FROM (SELECT * FROM duplicate_pairs WHERE ${wanted} ORDER BY similarity DESC, user_id, other_id LIMIT $5 OFFSET $6) p
         JOIN users a ON a.collection_id = p.collection_id AND a.user_id = p.user_id
         JOIN users b ON b.collection_id = p.collection_id AND b.user_id = p.other_id
       ORDER BY p.similarity DESC, p.user_id, p.other_id`,
      [...values, limit, offset],
    );
    const user = (id: Buffer, name: Buffer) => ({ id: id.toString('utf8'), name: name.toString('utf8') });
    return {
      total: counted?.total ?? 0,
      pairs: rows.map(({ similarity, oneId, oneName, otherId, otherName }) => ({
        similarity,
        users: [user(oneId, oneName), user(otherId, otherName)] as const,
      })),
    };
  }

  async dismiss(
    { tenant, collection }: CollectionRef,
    [one, other]: readonly [string, string],
    isDismissed: boolean,
  ): Promise<boolean> {
    const rows = await this.#db.run(
      `UPDATE duplicate_pairs p SET dismissed_at = $5 FROM users a, users b
       WHERE p.collection_id = ${collectionAt} AND a.collection_id = p.collection_id AND b.collection_id = p.collection_id
         AND a.client_hash = sha256($3) AND b.client_hash = sha256($4)
         AND p.user_id = least(a.user_id, b.user_id) AND p.other_id = greatest(a.user_id, b.user_id)
       RETURNING p.user_id`,
      [bytes(tenant), bytes(collection), bytes(one), bytes(other), isDismissed ? new Date() : null],
    );
    return rows.length > 0;
  }
}

function shownScan({ tenant, collection, finishedAt, ...scan }: ScanRow): DuplicateScan {
  return {
    ...scan,
    tenant: tenant.toString('utf8'),
    collection: collection.toString('utf8'),
    finishedAt: finishedAt ?? undefined,
  };
}

/** Erases the pairs of a user, as part of a transaction of the caller's. @param userId null for every user */
export async function erasePairsOf(run: RunQuery, collectionId: number, userId: number | null): Promise<void> {
  await run(
    `DELETE FROM duplicate_pairs WHERE collection_id = $1 AND ($2::bigint IS NULL OR user_id = $2 OR other_id = $2)`,
    [collectionId, userId],
  );
}
