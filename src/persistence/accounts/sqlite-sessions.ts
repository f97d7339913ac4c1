import type { GuardedDatabase } from '../people/sqlite/guarded-database.js';
import type { PeopleRows } from '../people/sqlite/people-rows.js';
import type { Database, Statement } from '../sqlite.js';
import type { NewSession, SessionStore, StoredSession } from './session-store.js';
import { type SqliteAccountRow, sharedPart } from './sqlite-accounts.js';

interface SessionRow extends Omit<SqliteAccountRow, 'accountId' | 'createdAt' | 'password'> {
  sessionId: number;
  accountId: number | null;
  keyId: string | null;
  keyCheck: Buffer | null;
  sessionCreatedAt: number;
  lastUsedAt: number;
  expiresAt: number;
  createdAt: number | null;
}

/** Sessions in SQLite: they survive a restart, and their end counts at once. */
export class SqliteSessions implements SessionStore {
  readonly #db: GuardedDatabase;
  readonly #sql: ReturnType<typeof prepare>;
  readonly #rows: PeopleRows;

  constructor(raw: Database, db: GuardedDatabase, rows: PeopleRows) {
    this.#db = db;
    this.#sql = prepare(raw);
    this.#rows = rows;
  }

  async add({ tenant, sha256, holder, expiresAt }: NewSession): Promise<number> {
    return this.#db.write(() => {
      const tenantId = this.#rows.makeTenant(tenant);
      const now = Date.now();
      const isOfAccount = 'accountId' in holder;
      const added = this.#sql.add.run(
        sha256,
        tenantId,
        isOfAccount ? holder.accountId : null,
        isOfAccount ? null : holder.keyId,
        isOfAccount ? null : (holder.keyCheck ?? null),
        now,
        now,
        expiresAt.getTime(),
      );
      return Number(added.lastInsertRowid);
    });
  }

  async find(sha256: Buffer, now: Date, usedAfter: Date): Promise<StoredSession | undefined> {
    const row = this.#db.read(() => this.#sql.find.get(sha256, now.getTime(), usedAfter.getTime()));
    if (!row) return undefined;
    const { sessionId, tenant, sessionCreatedAt, lastUsedAt, expiresAt, keyId, keyCheck, accountId, createdAt } = row;
    return {
      sessionId,
      tenant,
      createdAt: new Date(sessionCreatedAt),
      lastUsedAt: new Date(lastUsedAt),
      expiresAt: new Date(expiresAt),
      holder:
        accountId === null
          ? { keyId: keyId ?? '', keyCheck: keyCheck ?? undefined }
          : { account: sharedPart({ ...row, accountId, createdAt: createdAt ?? 0 }) },
    };
  }

  async noteUse(sessionId: number, at: Date): Promise<void> {
    this.#db.write(() => this.#sql.noteUse.run(at.getTime(), sessionId));
  }

  async end(sessionId: number): Promise<boolean> {
    return this.#db.write(() => this.#sql.end.run(sessionId).changes > 0);
  }

  async endOfAccount(accountId: number, except = 0): Promise<number> {
    // No session has the number 0.
    return this.#db.write(() => this.#sql.endOfAccount.run(accountId, except).changes);
  }

  async prune(now: Date, usedAfter: Date): Promise<void> {
    this.#db.write(() => this.#sql.prune.run(now.getTime(), usedAfter.getTime()));
  }
}

function prepare(db: Database) {
  const one = <P extends unknown[], R>(sql: string): Statement<P, R> => db.prepare<P, R>(sql);
  return {
    add: one<
      [
        sha256: Buffer,
        tenantId: number,
        accountId: number | null,
        keyId: string | null,
        keyCheck: Buffer | null,
        now: number,
        now: number,
        expiresAt: number,
      ],
      never
    >(
      `INSERT INTO sessions (sha256, tenant_id, account_id, key_id, key_check, created_at, last_used_at, expires_at)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
    ),
    find: one<[sha256: Buffer, now: number, usedAfter: number], SessionRow>(
      `SELECT s.session_id AS sessionId, t.name AS tenant, s.created_at AS sessionCreatedAt, s.last_used_at AS lastUsedAt,
         s.expires_at AS expiresAt, s.key_id AS keyId, s.key_check AS keyCheck, s.account_id AS accountId, a.name, a.role,
         a.must_change AS mustChange, a.totp IS NOT NULL AS hasTotp, a.created_at AS createdAt, a.last_login_at AS lastLoginAt,
         a.disabled_at AS disabledAt
       FROM sessions s JOIN tenants t USING (tenant_id) LEFT JOIN accounts a USING (account_id)
       WHERE s.sha256 = ? AND s.expires_at > ? AND s.last_used_at > ? AND a.disabled_at IS NULL`,
    ),
    noteUse: one<[at: number, sessionId: number], never>('UPDATE sessions SET last_used_at = ? WHERE session_id = ?'),
    end: one<[sessionId: number], never>('DELETE FROM sessions WHERE session_id = ?'),
    endOfAccount: one<[accountId: number, except: number], never>(
      'DELETE FROM sessions WHERE account_id = ? AND session_id <> ?',
    ),
    prune: one<[now: number, usedAfter: number], never>(
      'DELETE FROM sessions WHERE expires_at <= ? OR last_used_at <= ?',
    ),
  };
}
