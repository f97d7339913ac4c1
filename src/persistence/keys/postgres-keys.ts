import { PostgresAccounts } from '../accounts/postgres-accounts.js';
import { PostgresSessions } from '../accounts/postgres-sessions.js';
import type { PostgresDatabase, RunQuery } from '../people/postgres/database.js';
import { makeTenant } from '../people/postgres/tenants.js';
import { bytes } from '../people/postgres/user-row.js';
import type { Caller, CallerStore, NewKey, StoredKey } from './api-key-store.js';
import { permissionsText, storedPermissions } from './permissions.js';

interface KeyRow {
  keyId: number;
  tenant: Buffer;
  label: Buffer;
  permissions: string;
  createdAt: Date;
  lastUsedAt: Date | null;
  expiresAt: Date | null;
  revokedAt: Date | null;
}

/** API keys, console users and sessions in PostgreSQL: every server sees a key, and its end, at once. */
export class PostgresKeys implements CallerStore {
  readonly accounts: PostgresAccounts;
  readonly sessions: PostgresSessions;
  readonly #db: PostgresDatabase;

  constructor(db: PostgresDatabase) {
    this.#db = db;
    this.accounts = new PostgresAccounts(db);
    this.sessions = new PostgresSessions(db);
  }

  async addKey(key: NewKey): Promise<void> {
    await this.#db.transaction((run) => insertKey(run, key));
  }

  async addFirstKey(key: NewKey): Promise<boolean> {
    return this.#db.transaction(async (run) => {
      // Servers that start together wait here for one another.
      await run('LOCK TABLE api_keys IN SHARE ROW EXCLUSIVE MODE');
      const rows = await run('SELECT FROM api_keys LIMIT 1');
      if (rows.length > 0) return false;
      await insertKey(run, key);
      return true;
    });
  }

  findCallerByKeyHash(sha256: Buffer): Promise<Caller | undefined> {
    return this.#callerWhere('k.sha256 = $1', sha256);
  }

  findCallerByKeyId(keyId: number): Promise<Caller | undefined> {
    return this.#callerWhere('k.key_id = $1', keyId);
  }

  async noteKeyUse(keyId: string, at: Date): Promise<void> {
    await this.#db.run('UPDATE api_keys SET last_used_at = $1 WHERE key_id = $2', [at, Number(keyId)]);
  }

  async listKeys(): Promise<StoredKey[]> {
    const rows = await this.#db.run<KeyRow>(
      `SELECT k.key_id AS "keyId", t.name AS tenant, k.label, k.permissions, k.created_at AS "createdAt",
         k.last_used_at AS "lastUsedAt", k.expires_at AS "expiresAt", k.revoked_at AS "revokedAt"
       FROM api_keys k JOIN tenants t USING (tenant_id) ORDER BY k.key_id`,
    );
    return rows.map(({ tenant, label, permissions, lastUsedAt, expiresAt, revokedAt, ...row }) => ({
      ...row,
      tenant: tenant.toString('utf8'),
      label: label.toString('utf8'),
      permissions: storedPermissions(permissions),
      lastUsedAt: lastUsedAt ?? undefined,
      expiresAt: expiresAt ?? undefined,
      revokedAt: revokedAt ?? undefined,
    }));
  }

  async revokeKey(keyId: number): Promise<boolean> {
    const rows = await this.#db.run(
      'UPDATE api_keys SET revoked_at = $1 WHERE key_id = $2 AND revoked_at IS NULL RETURNING key_id',
      [new Date(), keyId],
    );
    return rows.length > 0;
  }

  async #callerWhere(condition: string, value: Buffer | number): Promise<Caller | undefined> {
    const [row] = await this.#db.run<Pick<KeyRow, 'keyId' | 'tenant' | 'permissions'>>(
      `SELECT k.key_id AS "keyId", t.name AS tenant, k.permissions
       FROM api_keys k JOIN tenants t USING (tenant_id)
       WHERE ${condition} AND k.revoked_at IS NULL AND coalesce(k.expires_at > $2, true)`,
      [value, new Date()],
    );
    return (
      row && {
        keyId: String(row.keyId),
        tenant: row.tenant.toString('utf8'),
        permissions: storedPermissions(row.permissions),
      }
    );
  }

  close(): Promise<void> {
    return this.#db.close();
  }
}

async function insertKey(run: RunQuery, { tenant, sha256, label, permissions, expiresAt }: NewKey): Promise<void> {
  const tenantId = await makeTenant(run, tenant);
  await run(
    `INSERT INTO api_keys (tenant_id, sha256, label, permissions, expires_at, created_at) VALUES ($1, $2, $3, $4, $5, $6)`,
    [tenantId, sha256, bytes(label), permissionsText(permissions), expiresAt ?? null, new Date()],
  );
}
