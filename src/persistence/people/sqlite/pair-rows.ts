import type { UserRow } from '../../encryption/row-encryption.js';
import type { Database } from '../../sqlite.js';
import type { DuplicatePair, DuplicatePairs, DuplicateScan, DuplicateStep, PairPage } from '../duplicate-pairs.js';
import type { CollectionRef, User } from '../people-store.js';
import type { GuardedDatabase } from './guarded-database.js';
import type { PeopleRows } from './people-rows.js';

interface ScanRow extends CollectionRef {
  collectionId: number;
  isRunning: 0 | 1;
  after: number;
  done: number;
  total: number;
  startedAt: number;
  finishedAt: number | null;
}

interface PairRow {
  similarity: number;
  one: number;
  other: number;
}

/** See DuplicatePairs; in the rows of SQLite. Rows go with their users and collections, by the foreign keys. */
export class PairRows implements DuplicatePairs {
  readonly #db: GuardedDatabase;
  readonly #rows: PeopleRows;
  readonly #sql: ReturnType<typeof prepare>;

  constructor(db: GuardedDatabase, raw: Database, rows: PeopleRows) {
    this.#db = db;
    this.#rows = rows;
    this.#sql = prepare(raw);
  }

  async start(collection: CollectionRef): Promise<DuplicateScan | undefined> {
    return this.#db.write(() => {
      const collectionId = this.#rows.collectionId(collection);
      if (collectionId === undefined) return undefined;
      this.#sql.start.run({ collectionId, now: Date.now() });
      return this.#scan(collectionId);
    });
  }

  async scan(collection: CollectionRef): Promise<DuplicateScan | undefined> {
    return this.#db.read(() => {
      const collectionId = this.#rows.collectionId(collection);
      return collectionId === undefined ? undefined : this.#scan(collectionId);
    });
  }

  async unattended(before: Date): Promise<DuplicateScan[]> {
    return this.#db.read(() => this.#sql.unattended.all(before.getTime()).map(shownScan));
  }

  async progress({ collectionId, startedAt }: DuplicateScan, { after, done, pairs }: DuplicateStep): Promise<boolean> {
    return this.#db.write(() => {
      const now = Date.now();
      const step = { collectionId, startedAt: startedAt.getTime(), after, done, now };
      if (this.#sql.progress.run(step).changes === 0) return false;
      for (const { ids, similarity } of pairs) {
        const [one, other] = this.#numbers(collectionId, ids);
        if (one !== undefined && other !== undefined && one !== other)
          this.#sql.addPair.run({
            collectionId,
            one: Math.min(one, other),
            other: Math.max(one, other),
            similarity,
            now,
          });
      }
      return true;
    });
  }

  async finish({ collectionId, startedAt }: DuplicateScan): Promise<void> {
    this.#db.write(() => {
      const scan = { collectionId, startedAt: startedAt.getTime(), now: Date.now() };
      if (this.#sql.finish.run(scan).changes > 0) this.#sql.removeOld.run(collectionId, startedAt.getTime());
    });
  }

  async pairs(collection: CollectionRef, page: PairPage): Promise<{ total: number; pairs: DuplicatePair[] }> {
    return this.#db.read(() => {
      const collectionId = this.#rows.collectionId(collection);
      if (collectionId === undefined) return { total: 0, pairs: [] };
      const { least, offset, limit } = page;
      const wanted = { collectionId, least, isDismissed: Number(page.isDismissed) };
      const pairs = this.#sql.pairs.all({ ...wanted, offset, limit }).flatMap(({ similarity, one, other }) => {
        const users = [this.#user(one), this.#user(other)] as const;
        return users[0] && users[1] ? [{ similarity, users: [users[0], users[1]] as const }] : [];
      });
      return { total: this.#sql.countPairs.get(wanted)?.total ?? 0, pairs };
    });
  }

  async dismiss(collection: CollectionRef, ids: readonly [string, string], isDismissed: boolean): Promise<boolean> {
    return this.#db.write(() => {
      const collectionId = this.#rows.collectionId(collection);
      const [one, other] = collectionId === undefined ? [] : this.#numbers(collectionId, ids);
      if (collectionId === undefined || one === undefined || other === undefined) return false;
      const pair = { collectionId, one: Math.min(one, other), other: Math.max(one, other) };
      return this.#sql.dismiss.run({ ...pair, at: isDismissed ? Date.now() : null }).changes > 0;
    });
  }

  #scan(collectionId: number): DuplicateScan | undefined {
    const row = this.#sql.scan.get(collectionId);
    return row && shownScan(row);
  }

  #numbers(collectionId: number, [one, other]: readonly [string, string]) {
    return [this.#rows.userId(collectionId, one), this.#rows.userId(collectionId, other)];
  }

  #user(userId: number): User | undefined {
    return this.#rows.decryptUser(this.#sql.user.get(userId));
  }
}

function shownScan({ isRunning, startedAt, finishedAt, ...scan }: ScanRow): DuplicateScan {
  return {
    ...scan,
    isRunning: isRunning === 1,
    startedAt: new Date(startedAt),
    finishedAt: finishedAt === null ? undefined : new Date(finishedAt),
  };
}

const scanColumns = `
  SELECT s.collection_id AS collectionId, t.name AS tenant, c.name AS collection, s.is_running AS isRunning,
    s.after_user AS after, s.done, s.total, s.started_at AS startedAt, s.finished_at AS finishedAt
  FROM duplicate_scans s JOIN collections c USING (collection_id) JOIN tenants t USING (tenant_id)`;

function prepare(db: Database) {
  const wanted = `collection_id = @collectionId AND similarity >= @least AND (dismissed_at IS NOT NULL) = @isDismissed`;
  return {
    start: db.prepare<[{ collectionId: number; now: number }], never>(
      `INSERT OR REPLACE INTO duplicate_scans (collection_id, is_running, after_user, done, total, started_at, heard_at)
       SELECT @collectionId, 1, 0, 0, count(*), @now, @now FROM users WHERE collection_id = @collectionId`,
    ),
    scan: db.prepare<[collectionId: number], ScanRow>(`${scanColumns} WHERE s.collection_id = ?`),
    unattended: db.prepare<[before: number], ScanRow>(
      `${scanColumns} WHERE s.is_running = 1 AND s.heard_at < ? ORDER BY s.started_at`,
    ),
    progress: db.prepare<
      [{ collectionId: number; startedAt: number; after: number; done: number; now: number }],
      never
    >(
      `UPDATE duplicate_scans SET after_user = @after, done = done + @done, heard_at = @now
       WHERE collection_id = @collectionId AND started_at = @startedAt AND is_running = 1`,
    ),
    addPair: db.prepare<[{ collectionId: number; one: number; other: number; similarity: number; now: number }], never>(
      `INSERT INTO duplicate_pairs (collection_id, user_id, other_id, similarity, found_at)
       VALUES (@collectionId, @one, @other, @similarity, @now)
       ON CONFLICT (collection_id, user_id, other_id) DO UPDATE SET found_at = excluded.found_at,
         similarity = CASE WHEN found_at < (SELECT started_at FROM duplicate_scans WHERE collection_id = @collectionId)
           THEN excluded.similarity ELSE max(similarity, excluded.similarity) END`,
    ),
    finish: db.prepare<[{ collectionId: number; startedAt: number; now: number }], never>(
      `UPDATE duplicate_scans SET is_running = 0, finished_at = @now, done = max(done, total)
       WHERE collection_id = @collectionId AND started_at = @startedAt AND is_running = 1`,
    ),
    removeOld: db.prepare<[collectionId: number, startedAt: number], never>(
      'DELETE FROM duplicate_pairs WHERE collection_id = ? AND found_at < ? AND dismissed_at IS NULL',
    ),
    pairs: db.prepare<
      [{ collectionId: number; least: number; isDismissed: number; offset: number; limit: number }],
      PairRow
    >(
      `SELECT similarity, user_id AS one, other_id AS other FROM duplicate_pairs WHERE ${wanted}
       ORDER BY similarity DESC, user_id, other_id LIMIT @limit OFFSET @offset`,
    ),
    countPairs: db.prepare<[{ collectionId: number; least: number; isDismissed: number }], { total: number }>(
      `SELECT count(*) AS total FROM duplicate_pairs WHERE ${wanted}`,
    ),
    dismiss: db.prepare<[{ collectionId: number; one: number; other: number; at: number | null }], never>(
      `UPDATE duplicate_pairs SET dismissed_at = @at
       WHERE collection_id = @collectionId AND user_id = @one AND other_id = @other`,
    ),
    user: db.prepare<[userId: number], UserRow>(
      'SELECT user_id AS userId, client_id AS clientId, name, sealed AS encrypted FROM users WHERE user_id = ?',
    ),
  };
}
