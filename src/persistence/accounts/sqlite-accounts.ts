import type { RowEncryption } from '../encryption/row-encryption.js';
import type { GuardedDatabase } from '../people/sqlite/guarded-database.js';
import type { PeopleRows } from '../people/sqlite/people-rows.js';
import type { Database, Statement } from '../sqlite.js';
import type { Account, AccountChange, AccountStore, NewAccount, StoredAccount, TotpSecrets } from './account-store.js';
import { accountDelays, FAILURES_KEPT, nextAttempt } from './login-delay.js';
import type { Role } from './roles.js';

/** An account as it lies in a row of SQLite. */
export interface SqliteAccountRow {
  accountId: number;
  tenant: string;
  name: string;
  role: Role;
  password: string;
  mustChange: 0 | 1;
  hasTotp: 0 | 1;
  createdAt: number;
  lastLoginAt: number | null;
  disabledAt: number | null;
}

const accounts = `SELECT a.account_id AS accountId, t.name AS tenant, a.name, a.role, a.password, a.must_change AS mustChange,
  a.totp IS NOT NULL AS hasTotp, a.created_at AS createdAt, a.last_login_at AS lastLoginAt, a.disabled_at AS disabledAt
  FROM accounts a JOIN tenants t USING (tenant_id)`;
const ofTenant = 'account_id = ? AND tenant_id = (SELECT tenant_id FROM tenants WHERE name = ?)';

/** Console users in SQLite. With a data key, the secrets of second factors are encrypted. */
export class SqliteAccounts implements AccountStore {
  readonly #db: GuardedDatabase;
  readonly #sql: ReturnType<typeof prepare>;
  readonly #rows: PeopleRows;
  readonly #encryption: RowEncryption;

  constructor(raw: Database, db: GuardedDatabase, rows: PeopleRows, encryption: RowEncryption) {
    this.#db = db;
    this.#sql = prepare(raw);
    this.#rows = rows;
    this.#encryption = encryption;
  }

  async add({ tenant, name, role, password, mustChange }: NewAccount): Promise<number | undefined> {
    return this.#db.write(() => {
      const tenantId = this.#rows.makeTenant(tenant);
      return this.#sql.add.get(tenantId, name, role, password, mustChange ? 1 : 0, Date.now());
    });
  }

  async find(tenant: string, name: string): Promise<StoredAccount | undefined> {
    const row = this.#db.read(() => this.#sql.find.get(tenant, name));
    return row && accountOf(row);
  }

  async list(tenant?: string): Promise<StoredAccount[]> {
    return this.#db.read(() => this.#sql.list.all(tenant ?? null, tenant ?? null)).map(accountOf);
  }

  async update(tenant: string, accountId: number, change: AccountChange): Promise<boolean> {
    const { role = null, password = null, isDisabled, mustChange } = change;
    return this.#db.write(() => {
      if (
        this.#sql.update.run(role, password, mustChange === undefined ? null : Number(mustChange), accountId, tenant)
          .changes === 0
      )
        return false;
      if (isDisabled !== undefined) this.#sql.disable.run(isDisabled ? Date.now() : null, accountId);
      return true;
    });
  }

  async remove(tenant: string, accountId: number): Promise<boolean> {
    const isRemoved = this.#db.write(() => this.#sql.remove.run(accountId, tenant).changes > 0);
    if (isRemoved) this.#db.forgetSoon();
    return isRemoved;
  }

  async noteLogin(accountId: number, at: Date): Promise<void> {
    this.#db.write(() => this.#sql.noteLogin.run(at.getTime(), accountId));
  }

  async totpOf(accountId: number): Promise<TotpSecrets> {
    const row = this.#db.read(() => this.#sql.totp.get(accountId));
    const open = (secret: Buffer | null | undefined) =>
      secret ? this.#encryption.decryptTotp(accountId, secret) : undefined;
    return { secret: open(row?.totp), offered: open(row?.offered) };
  }

  async offerTotp(accountId: number, secret: string): Promise<void> {
    const encrypted = this.#encryption.encryptTotp(accountId, secret);
    this.#db.write(() => this.#sql.offerTotp.run(encrypted, accountId));
  }

  async confirmTotp(accountId: number, step: number, codeHashes: readonly Buffer[]): Promise<void> {
    this.#db.write(() => {
      this.#sql.confirmTotp.run(step, accountId);
      this.#sql.removeCodes.run(accountId);
      for (const sha256 of codeHashes) this.#sql.addCode.run(accountId, sha256);
    });
    this.#db.forgetSoon();
  }

  async resetTotp(accountId: number): Promise<void> {
    this.#db.write(() => {
      this.#sql.resetTotp.run(accountId);
      this.#sql.removeCodes.run(accountId);
    });
    this.#db.forgetSoon();
  }

  async useTotpStep(accountId: number, step: number): Promise<boolean> {
    return this.#db.write(() => this.#sql.useTotpStep.run(step, accountId, step).changes > 0);
  }

  async useRecoveryCode(accountId: number, sha256: Buffer): Promise<boolean> {
    return this.#db.write(() => this.#sql.useCode.run(accountId, sha256).changes > 0);
  }

  async countAttempt(subject: Buffer, now: Date): Promise<Date | undefined> {
    return this.#db.write(() => {
      const row = this.#sql.failures.get(subject);
      const next = row ? nextAttempt(row.failures, row.failedAt, accountDelays) : 0;
      if (next > now.getTime()) return new Date(next);
      this.#sql.pruneFailures.run(now.getTime() - FAILURES_KEPT);
      this.#sql.countAttempt.run(subject, now.getTime());
      return undefined;
    });
  }

  async forgiveAttempts(subject: Buffer, which: 'last' | 'all'): Promise<void> {
    this.#db.write(() => (which === 'all' ? this.#sql.forgiveAll : this.#sql.forgiveLast).run(subject));
  }
}

function accountOf(row: SqliteAccountRow): StoredAccount {
  return { ...sharedPart(row), password: row.password };
}

/** An account without its password. */
export function sharedPart(row: Omit<SqliteAccountRow, 'password'>): Account {
  const { accountId, tenant, name, role, mustChange, hasTotp, createdAt, lastLoginAt, disabledAt } = row;
  return {
    accountId,
    tenant,
    name,
    role,
    mustChange: mustChange === 1,
    hasTotp: hasTotp === 1,
    createdAt: new Date(createdAt),
    lastLoginAt: lastLoginAt === null ? undefined : new Date(lastLoginAt),
    disabledAt: disabledAt === null ? undefined : new Date(disabledAt),
  };
}

function prepare(db: Database) {
  const one = <P extends unknown[], R>(sql: string): Statement<P, R> => db.prepare<P, R>(sql);
  const value = <P extends unknown[], R>(sql: string): Statement<P, R> =>
    db.prepare<P, R>(sql).pluck() as Statement<P, R>;
  return {
    add: value<
      [tenantId: number, name: string, role: string, password: string, mustChange: number, now: number],
      number
    >(
      `INSERT INTO accounts (tenant_id, name, role, password, must_change, created_at) VALUES (?, ?, ?, ?, ?, ?)
       ON CONFLICT DO NOTHING RETURNING account_id`,
    ),
    find: one<[tenant: string, name: string], SqliteAccountRow>(`${accounts} WHERE t.name = ? AND a.name = ?`),
    list: one<[tenant: string | null, tenant: string | null], SqliteAccountRow>(
      `${accounts} WHERE ? IS NULL OR t.name = ? ORDER BY t.name, a.name`,
    ),
    update: one<
      [role: string | null, password: string | null, mustChange: number | null, accountId: number, tenant: string],
      never
    >(
      `UPDATE accounts SET role = ifnull(?, role), password = ifnull(?, password),
         must_change = ifnull(?, must_change) WHERE ${ofTenant}`,
    ),
    disable: one<[at: number | null, accountId: number], never>(
      'UPDATE accounts SET disabled_at = ? WHERE account_id = ?',
    ),
    remove: one<[accountId: number, tenant: string], never>(`DELETE FROM accounts WHERE ${ofTenant}`),
    noteLogin: one<[at: number, accountId: number], never>(
      'UPDATE accounts SET last_login_at = ? WHERE account_id = ?',
    ),
    totp: one<[accountId: number], { totp: Buffer | null; offered: Buffer | null }>(
      'SELECT totp, totp_offered AS offered FROM accounts WHERE account_id = ?',
    ),
    offerTotp: one<[secret: Buffer, accountId: number], never>(
      'UPDATE accounts SET totp_offered = ? WHERE account_id = ?',
    ),
    confirmTotp: one<[step: number, accountId: number], never>(
      'UPDATE accounts SET totp = totp_offered, totp_offered = NULL, totp_step = ? WHERE account_id = ?',
    ),
    resetTotp: one<[accountId: number], never>(
      'UPDATE accounts SET totp = NULL, totp_offered = NULL WHERE account_id = ?',
    ),
    useTotpStep: one<[step: number, accountId: number, step: number], never>(
      'UPDATE accounts SET totp_step = ? WHERE account_id = ? AND totp_step < ?',
    ),
    addCode: one<[accountId: number, sha256: Buffer], never>(
      'INSERT INTO recovery_codes (account_id, sha256) VALUES (?, ?)',
    ),
    removeCodes: one<[accountId: number], never>('DELETE FROM recovery_codes WHERE account_id = ?'),
    useCode: one<[accountId: number, sha256: Buffer], never>(
      'DELETE FROM recovery_codes WHERE account_id = ? AND sha256 = ?',
    ),
    failures: one<[subject: Buffer], { failures: number; failedAt: number }>(
      'SELECT failures, failed_at AS failedAt FROM failed_logins WHERE subject = ?',
    ),
    countAttempt: one<[subject: Buffer, now: number], never>(
      `INSERT INTO failed_logins (subject, failures, failed_at) VALUES (?, 1, ?)
       ON CONFLICT (subject) DO UPDATE SET failures = failures + 1, failed_at = excluded.failed_at`,
    ),
    forgiveLast: one<[subject: Buffer], never>(
      'UPDATE failed_logins SET failures = failures - 1 WHERE subject = ? AND failures > 0',
    ),
    forgiveAll: one<[subject: Buffer], never>('DELETE FROM failed_logins WHERE subject = ?'),
    pruneFailures: one<[before: number], never>('DELETE FROM failed_logins WHERE failed_at < ?'),
  };
}
