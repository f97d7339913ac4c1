import type { CollectionRef } from '../people-store.js';
import type { Stranger, StrangerStore } from '../strangers.js';
import type { PostgresDatabase } from './database.js';
import { bytes } from './user-row.js';

/** See StrangerStore; in PostgreSQL. */
export class PostgresStrangers implements StrangerStore {
  readonly #db: PostgresDatabase;

  constructor(db: PostgresDatabase) {
    this.#db = db;
  }

  async list({ tenant, collection }: CollectionRef, limit: number): Promise<{ total: number; strangers: Stranger[] }> {
    const users = `users u JOIN collections c USING (collection_id) JOIN tenants t USING (tenant_id)
      WHERE t.name_hash = sha256($1) AND c.name_hash = sha256($2) AND u.enrolled_at IS NOT NULL`;
    const values = [bytes(tenant), bytes(collection)];
    const [counted] = await this.#db.run<{ total: number }>(`SELECT count(*) AS total FROM ${users}`, values);
    const rows = await this.#db.run<Omit<Stranger, 'id'> & { id: Buffer }>(
      `SELECT u.collection_id AS "collectionId", u.user_id AS "personId", u.client_id AS id, u.enrolled_at AS "createdAt"
       FROM ${users} ORDER BY u.enrolled_at DESC, u.user_id DESC LIMIT $3`,
      [...values, limit],
    );
    return {
      total: counted?.total ?? 0,
      strangers: rows.map(({ id, ...rest }) => ({ ...rest, id: id.toString('utf8') })),
    };
  }

  /** Some of those of all tenants who were created before a time, the oldest first. */
  async createdBefore(time: Date, limit: number): Promise<(CollectionRef & { userId: string })[]> {
    const rows = await this.#db.run<{ tenant: Buffer; collection: Buffer; userId: Buffer }>(
      `SELECT t.name AS tenant, c.name AS collection, u.client_id AS "userId"
       FROM users u JOIN collections c USING (collection_id) JOIN tenants t USING (tenant_id)
       WHERE u.enrolled_at < $1 ORDER BY u.enrolled_at LIMIT $2`,
      [time, limit],
    );
    return rows.map(({ tenant, collection, userId }) => ({
      tenant: tenant.toString('utf8'),
      collection: collection.toString('utf8'),
      userId: userId.toString('utf8'),
    }));
  }
}
