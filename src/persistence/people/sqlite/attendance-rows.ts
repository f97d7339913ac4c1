import type { AttendanceLine, AttendanceStore, Presence } from '../../attendance.js';
import type { RowEncryption, UserRow } from '../../encryption/row-encryption.js';
import type { Database, Statement } from '../../sqlite.js';
import type { CollectionRef } from '../people-store.js';
import type { GuardedDatabase } from './guarded-database.js';
import type { PeopleRows } from './people-rows.js';
import { userColumns } from './sqlite-statements.js';

interface TimesRow {
  first: number;
  last: number;
}

/** Attendance in the rows of SQLite. */
export class AttendanceRows implements AttendanceStore {
  readonly #db: GuardedDatabase;
  readonly #sql: ReturnType<typeof prepare>;
  readonly #rows: PeopleRows;
  readonly #encryption: RowEncryption;

  constructor(db: GuardedDatabase, raw: Database, rows: PeopleRows, encryption: RowEncryption) {
    this.#db = db;
    this.#sql = prepare(raw);
    this.#rows = rows;
    this.#encryption = encryption;
  }

  async seen(collection: CollectionRef, userId: string, day: string, at: Date): Promise<Presence | undefined> {
    return this.#db.write(() => {
      const owner = this.#rows.locate(collection, userId);
      if (!owner) return undefined;
      const times = this.#sql.seen.get(day, owner.collectionId, owner.userId, at.getTime(), at.getTime());
      return times && presenceOf(times);
    });
  }

  async list(collection: CollectionRef, day: string, { offset, limit }: { offset: number; limit: number }) {
    return this.#db.read(() => {
      const collectionId = this.#rows.collectionId(collection);
      if (collectionId === undefined) return { total: 0, lines: [] };
      const lines = this.#sql.list
        .all(day, collectionId, limit, offset)
        .map((row): AttendanceLine => ({ user: this.#encryption.decryptUser(row), ...presenceOf(row) }));
      return { total: this.#sql.count.get(day, collectionId) ?? 0, lines };
    });
  }

  async forgetBefore(day: string): Promise<number> {
    const erased = this.#db.write(() => this.#sql.forget.run(day).changes);
    if (erased > 0) this.#db.forgetSoon();
    return erased;
  }
}

function prepare(db: Database) {
  const one = <P extends unknown[], R>(sql: string): Statement<P, R> => db.prepare<P, R>(sql);
  return {
    // A clock that is put back moves the first time, never the last.
    seen: one<[day: string, collectionId: number, userId: number, first: number, last: number], TimesRow>(
      `INSERT INTO attendance (day, collection_id, user_id, first_at, last_at) VALUES (?, ?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET first_at = min(first_at, excluded.first_at), last_at = max(last_at, excluded.last_at)
       RETURNING first_at AS first, last_at AS last`,
    ),
    list: one<[day: string, collectionId: number, limit: number, offset: number], UserRow & TimesRow>(
      `SELECT ${userColumns}, a.first_at AS first, a.last_at AS last FROM attendance a JOIN users u USING (collection_id, user_id)
       WHERE a.day = ? AND a.collection_id = ? ORDER BY a.first_at, a.user_id LIMIT ? OFFSET ?`,
    ),
    count: db
      .prepare<[day: string, collectionId: number], number>(
        'SELECT count(*) FROM attendance WHERE day = ? AND collection_id = ?',
      )
      .pluck() as Statement<[day: string, collectionId: number], number>,
    forget: one<[day: string], never>('DELETE FROM attendance WHERE day < ?'),
  };
}

function presenceOf({ first, last }: TimesRow): Presence {
  return { first: new Date(first), last: new Date(last) };
}
