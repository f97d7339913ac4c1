import { SqliteAccounts } from '../accounts/sqlite-accounts.js';
import { SqliteSessions } from '../accounts/sqlite-sessions.js';
import type { RowEncryption } from '../encryption/row-encryption.js';
import type { GuardedDatabase } from '../people/sqlite/guarded-database.js';
import type { PeopleRows } from '../people/sqlite/people-rows.js';
import type { Statements } from '../people/sqlite/sqlite-statements.js';
import type { Database } from '../sqlite.js';
import type { Caller, CallerStore, NewKey, StoredKey } from './api-key-store.js';
import { permissionsText, storedPermissions } from './permissions.js';

/** API keys, console users and sessions in SQLite: a key, and its end, count at once, whichever process made them. */
export class SqliteKeys implements CallerStore {
  readonly accounts: SqliteAccounts;
  readonly sessions: SqliteSessions;
  readonly #db: GuardedDatabase;
  readonly #sql: Statements;
  readonly #rows: PeopleRows;

  constructor(raw: Database, db: GuardedDatabase, sql: Statements, rows: PeopleRows, encryption: RowEncryption) {
    this.accounts = new SqliteAccounts(raw, db, rows, encryption);
    this.sessions = new SqliteSessions(raw, db, rows);
    this.#db = db;
    this.#sql = sql;
    this.#rows = rows;
  }

  async addKey(key: NewKey): Promise<void> {
    this.#db.write(() => this.#addKey(key));
  }

  async addFirstKey(key: NewKey): Promise<boolean> {
    return this.#db.write(() => {
      if ((this.#sql.countKeys.get() ?? 0) > 0) return false;
      this.#addKey(key);
      return true;
    });
  }

  async findCallerByKeyHash(sha256: Buffer): Promise<Caller | undefined> {
    const row = this.#db.read(() => this.#sql.callerOfKey.get(sha256, Date.now()));
    return row && { keyId: String(row.keyId), tenant: row.tenant, permissions: storedPermissions(row.permissions) };
  }

  async findCallerByKeyId(keyId: number): Promise<Caller | undefined> {
    const row = this.#db.read(() => this.#sql.callerOfKeyId.get(keyId, Date.now()));
    return row && { keyId: String(keyId), tenant: row.tenant, permissions: storedPermissions(row.permissions) };
  }

  async noteKeyUse(keyId: string, at: Date): Promise<void> {
    this.#db.write(() => this.#sql.noteKeyUse.run(at.getTime(), Number(keyId)));
  }

  async listKeys(): Promise<StoredKey[]> {
    const rows = this.#db.read(() => this.#sql.listKeys.all());
    return rows.map((row) => ({
      keyId: row.keyId,
      tenant: row.tenant,
      label: row.label,
      permissions: storedPermissions(row.permissions),
      createdAt: new Date(row.createdAt),
      lastUsedAt: dateOf(row.lastUsedAt),
      expiresAt: dateOf(row.expiresAt),
      revokedAt: dateOf(row.revokedAt),
    }));
  }

  async revokeKey(keyId: number): Promise<boolean> {
    return this.#db.write(() => this.#sql.revokeKey.run(Date.now(), keyId).changes > 0);
  }

  async close(): Promise<void> {
    this.#db.close();
  }

  #addKey({ tenant, sha256, label, permissions, expiresAt }: NewKey): void {
    const tenantId = this.#rows.makeTenant(tenant);
    const granted = permissionsText(permissions);
    this.#sql.addKey.run(tenantId, sha256, label, granted, expiresAt?.getTime() ?? null, Date.now());
  }
}

function dateOf(time: number | null): Date | undefined {
  return time === null ? undefined : new Date(time);
}
