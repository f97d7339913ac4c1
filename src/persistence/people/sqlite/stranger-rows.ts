import type { UserRow } from '../../encryption/row-encryption.js';
import type { Database } from '../../sqlite.js';
import type { CollectionRef } from '../people-store.js';
import type { Stranger, StrangerStore } from '../strangers.js';
import type { GuardedDatabase } from './guarded-database.js';
import type { PeopleRows } from './people-rows.js';
import { type Statements, userColumns } from './sqlite-statements.js';

/** See StrangerStore; in the rows of SQLite. */
export class StrangerRows implements StrangerStore {
  readonly #db: GuardedDatabase;
  readonly #rows: PeopleRows;
  readonly #all: Statements;
  readonly #sql: ReturnType<typeof prepare>;

  constructor(db: GuardedDatabase, raw: Database, all: Statements, rows: PeopleRows) {
    this.#db = db;
    this.#rows = rows;
    this.#all = all;
    this.#sql = prepare(raw);
  }

  /** Some of those of all tenants who were created before a time, the oldest first. */
  createdBefore(time: Date, limit: number): (CollectionRef & { userId: string })[] {
    return this.#db.read(() =>
      this.#all.autoCreatedBefore.all(time.getTime(), limit).map(({ tenant, collection, ...row }) => ({
        tenant,
        collection,
        userId: this.#rows.decryptUser(row)?.id ?? '',
      })),
    );
  }

  async list(collection: CollectionRef, limit: number): Promise<{ total: number; strangers: Stranger[] }> {
    return this.#db.read(() => {
      const collectionId = this.#rows.collectionId(collection);
      if (collectionId === undefined) return { total: 0, strangers: [] };
      const strangers = this.#sql.newest.all(collectionId, limit).map(({ createdAt, ...row }) => ({
        collectionId,
        personId: row.userId,
        id: this.#rows.decryptUser(row)?.id ?? '',
        createdAt: new Date(createdAt),
      }));
      return { total: this.#sql.count.get(collectionId)?.total ?? 0, strangers };
    });
  }
}

function prepare(db: Database) {
  return {
    newest: db.prepare<[collectionId: number, limit: number], UserRow & { createdAt: number }>(
      `SELECT ${userColumns}, u.enrolled_at AS createdAt FROM users u
       WHERE u.collection_id = ? AND u.enrolled_at IS NOT NULL ORDER BY u.enrolled_at DESC, u.user_id DESC LIMIT ?`,
    ),
    count: db.prepare<[collectionId: number], { total: number }>(
      'SELECT count(*) AS total FROM users WHERE collection_id = ? AND enrolled_at IS NOT NULL',
    ),
  };
}
