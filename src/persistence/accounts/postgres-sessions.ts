import type { PostgresDatabase } from '../people/postgres/database.js';
import { makeTenant } from '../people/postgres/tenants.js';
import { accountColumns, type PostgresAccountRow, sharedPartOf } from './postgres-accounts.js';
import type { NewSession, SessionStore, StoredSession } from './session-store.js';

interface SessionRow extends Omit<PostgresAccountRow, 'accountId' | 'password'> {
  sessionId: number;
  accountId: number | null;
  keyId: string | null;
  keyCheck: Buffer | null;
  sessionCreatedAt: Date;
  lastUsedAt: Date;
  expiresAt: Date;
}

/** Sessions in PostgreSQL: any of the servers knows one, and its end. */
export class PostgresSessions implements SessionStore {
  readonly #db: PostgresDatabase;

  constructor(db: PostgresDatabase) {
    this.#db = db;
  }

  add({ tenant, sha256, holder, expiresAt }: NewSession): Promise<number> {
    return this.#db.transaction(async (run) => {
      const tenantId = await makeTenant(run, tenant);
      const isOfAccount = 'accountId' in holder;
      const [row] = await run<{ sessionId: number }>(
        `INSERT INTO sessions (sha256, tenant_id, account_id, key_id, key_check, created_at, last_used_at, expires_at)
         VALUES ($1, $2, $3, $4, $5, $6, $6, $7) RETURNING session_id AS "sessionId"`,
        [
          sha256,
          tenantId,
          isOfAccount ? holder.accountId : null,
          isOfAccount ? null : holder.keyId,
          isOfAccount ? null : (holder.keyCheck ?? null),
          new Date(),
          expiresAt,
        ],
      );
      return (row as { sessionId: number }).sessionId;
    });
  }

  async find(sha256: Buffer, now: Date, usedAfter: Date): Promise<StoredSession | undefined> {
    const [row] = await this.#db.run<SessionRow>(
      `SELECT s.session_id AS "sessionId", t.name AS tenant, s.created_at AS "sessionCreatedAt",
         s.last_used_at AS "lastUsedAt", s.expires_at AS "expiresAt", s.key_id AS "keyId", s.key_check AS "keyCheck",
         ${accountColumns}
       FROM sessions s JOIN tenants t USING (tenant_id) LEFT JOIN accounts a USING (account_id)
       WHERE s.sha256 = $1 AND s.expires_at > $2 AND s.last_used_at > $3 AND a.disabled_at IS NULL`,
      [sha256, now, usedAfter],
    );
    if (!row) return undefined;
    const { sessionId, sessionCreatedAt, lastUsedAt, expiresAt, keyId, keyCheck, ...account } = row;
    return {
      sessionId,
      tenant: row.tenant.toString('utf8'),
      createdAt: sessionCreatedAt,
      lastUsedAt,
      expiresAt,
      holder:
        account.accountId === null
          ? { keyId: keyId ?? '', keyCheck: keyCheck ?? undefined }
          : { account: sharedPartOf({ ...account, accountId: account.accountId }) },
    };
  }

  async noteUse(sessionId: number, at: Date): Promise<void> {
    await this.#db.run('UPDATE sessions SET last_used_at = $1 WHERE session_id = $2', [at, sessionId]);
  }

  async end(sessionId: number): Promise<boolean> {
    const rows = await this.#db.run('DELETE FROM sessions WHERE session_id = $1 RETURNING session_id', [sessionId]);
    return rows.length > 0;
  }

  async endOfAccount(accountId: number, except = 0): Promise<number> {
    // No session has the number 0.
    const rows = await this.#db.run(
      'DELETE FROM sessions WHERE account_id = $1 AND session_id <> $2 RETURNING session_id',
      [accountId, except],
    );
    return rows.length;
  }

  async prune(now: Date, usedAfter: Date): Promise<void> {
    await this.#db.run('DELETE FROM sessions WHERE expires_at <= $1 OR last_used_at <= $2', [now, usedAfter]);
  }
}
