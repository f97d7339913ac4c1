import type { AttendanceStore, Presence } from '../../attendance.js';
import type { CollectionRef } from '../people-store.js';
import type { PostgresDatabase } from './database.js';
import { bytes, type PostgresUserRow, userOf } from './user-row.js';

/** Attendance in PostgreSQL. */
export class PostgresAttendance implements AttendanceStore {
  readonly #db: PostgresDatabase;

  constructor(db: PostgresDatabase) {
    this.#db = db;
  }

  async seen({ tenant, collection }: CollectionRef, userId: string, day: string, at: Date) {
    // A clock that is put back moves the first time, never the last.
    const [presence] = await this.#db.run<Presence>(
      `INSERT INTO attendance AS a (day, collection_id, user_id, first_at, last_at)
       SELECT $4, u.collection_id, u.user_id, $5, $5
       FROM users u JOIN collections c USING (collection_id) JOIN tenants t USING (tenant_id)
       WHERE t.name_hash = sha256($1) AND c.name_hash = sha256($2) AND u.client_hash = sha256($3)
       ON CONFLICT (day, collection_id, user_id) DO UPDATE
       SET first_at = least(a.first_at, excluded.first_at), last_at = greatest(a.last_at, excluded.last_at)
       RETURNING first_at AS first, last_at AS last`,
      [bytes(tenant), bytes(collection), bytes(userId), day, at],
    );
    return presence;
  }

  async list({ tenant, collection }: CollectionRef, day: string, { offset, limit }: { offset: number; limit: number }) {
    const from = `FROM attendance a JOIN collections c USING (collection_id) JOIN tenants t USING (tenant_id)`;
    const where = 'WHERE t.name_hash = sha256($1) AND c.name_hash = sha256($2) AND a.day = $3';
    const values = [bytes(tenant), bytes(collection), day];
    const rows = await this.#db.run<PostgresUserRow & Presence>(
      `SELECT u.client_id AS "clientId", u.name, a.first_at AS first, a.last_at AS last
       ${from} JOIN users u USING (collection_id, user_id) ${where} ORDER BY a.first_at, a.user_id LIMIT $4 OFFSET $5`,
      [...values, limit, offset],
    );
    const [counted] = await this.#db.run<{ total: number }>(`SELECT count(*) AS total ${from} ${where}`, values);
    return {
      total: counted?.total ?? 0,
      lines: rows.map(({ first, last, ...row }) => ({ user: userOf(row), first, last })),
    };
  }

  async forgetBefore(day: string): Promise<number> {
    const rows = await this.#db.run('DELETE FROM attendance WHERE day < $1 RETURNING 1', [day]);
    return rows.length;
  }
}
