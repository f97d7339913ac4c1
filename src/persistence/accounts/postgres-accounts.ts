import type { PostgresDatabase } from '../people/postgres/database.js';
import { makeTenant } from '../people/postgres/tenants.js';
import { bytes } from '../people/postgres/user-row.js';
import type { Account, AccountChange, AccountStore, NewAccount, StoredAccount, TotpSecrets } from './account-store.js';
import { accountDelays, FAILURES_KEPT, nextAttempt } from './login-delay.js';
import type { Role } from './roles.js';

/** An account as it lies in a row of PostgreSQL. */
export interface PostgresAccountRow {
  accountId: number;
  tenant: Buffer;
  name: string;
  role: Role;
  password: string;
  mustChange: boolean;
  hasTotp: boolean;
  createdAt: Date;
  lastLoginAt: Date | null;
  disabledAt: Date | null;
}

/** Of accounts a. */
export const accountColumns = `a.account_id AS "accountId", a.name, a.role, a.must_change AS "mustChange", a.totp IS NOT NULL AS "hasTotp",
  a.created_at AS "createdAt", a.last_login_at AS "lastLoginAt", a.disabled_at AS "disabledAt"`;
const accounts = `SELECT t.name AS tenant, a.password, ${accountColumns} FROM accounts a JOIN tenants t USING (tenant_id)`;
const ofTenant = 'account_id = $1 AND tenant_id = (SELECT tenant_id FROM tenants WHERE name_hash = sha256($2))';

/** Console users in PostgreSQL, which all servers share. */
export class PostgresAccounts implements AccountStore {
  readonly #db: PostgresDatabase;

  constructor(db: PostgresDatabase) {
    this.#db = db;
  }

  add({ tenant, name, role, password, mustChange }: NewAccount): Promise<number | undefined> {
    return this.#db.transaction(async (run) => {
      const tenantId = await makeTenant(run, tenant);
      const [row] = await run<{ accountId: number }>(
        `INSERT INTO accounts (tenant_id, name, role, password, must_change, created_at) VALUES ($1, $2, $3, $4, $5, $6)
         ON CONFLICT DO NOTHING RETURNING account_id AS "accountId"`,
        [tenantId, name, role, password, mustChange, new Date()],
      );
      return row?.accountId;
    });
  }

  async find(tenant: string, name: string): Promise<StoredAccount | undefined> {
    const [row] = await this.#db.run<PostgresAccountRow>(`${accounts} WHERE t.name_hash = sha256($1) AND a.name = $2`, [
      bytes(tenant),
      name,
    ]);
    return row && accountOfRow(row);
  }

  async list(tenant?: string): Promise<StoredAccount[]> {
    const [where, values] = tenant === undefined ? ['', []] : ['WHERE t.name_hash = sha256($1)', [bytes(tenant)]];
    const rows = await this.#db.run<PostgresAccountRow>(
      `${accounts} ${where} ORDER BY t.name, a.name COLLATE "C"`,
      values,
    );
    return rows.map(accountOfRow);
  }

  async update(tenant: string, accountId: number, change: AccountChange): Promise<boolean> {
    const { role = null, password = null, isDisabled = null, mustChange = null } = change;
    const rows = await this.#db.run(
      `UPDATE accounts SET role = coalesce($3, role), password = coalesce($4, password),
         disabled_at = CASE WHEN $5::boolean IS NULL THEN disabled_at WHEN $5 THEN $6::timestamptz END,
         must_change = coalesce($7::boolean, must_change)
       WHERE ${ofTenant} RETURNING account_id`,
      [accountId, bytes(tenant), role, password, isDisabled, new Date(), mustChange],
    );
    return rows.length > 0;
  }

  async remove(tenant: string, accountId: number): Promise<boolean> {
    const rows = await this.#db.run(`DELETE FROM accounts WHERE ${ofTenant} RETURNING account_id`, [
      accountId,
      bytes(tenant),
    ]);
    return rows.length > 0;
  }

  async noteLogin(accountId: number, at: Date): Promise<void> {
    await this.#db.run('UPDATE accounts SET last_login_at = $1 WHERE account_id = $2', [at, accountId]);
  }

  async totpOf(accountId: number): Promise<TotpSecrets> {
    const [row] = await this.#db.run<{ totp: Buffer | null; offered: Buffer | null }>(
      'SELECT totp, totp_offered AS offered FROM accounts WHERE account_id = $1',
      [accountId],
    );
    return { secret: row?.totp?.toString('utf8'), offered: row?.offered?.toString('utf8') };
  }

  async offerTotp(accountId: number, secret: string): Promise<void> {
    await this.#db.run('UPDATE accounts SET totp_offered = $1 WHERE account_id = $2', [bytes(secret), accountId]);
  }

  async confirmTotp(accountId: number, step: number, codeHashes: readonly Buffer[]): Promise<void> {
    await this.#db.transaction(async (run) => {
      await run('UPDATE accounts SET totp = totp_offered, totp_offered = NULL, totp_step = $1 WHERE account_id = $2', [
        step,
        accountId,
      ]);
      await run('DELETE FROM recovery_codes WHERE account_id = $1', [accountId]);
      for (const sha256 of codeHashes)
        await run('INSERT INTO recovery_codes (account_id, sha256) VALUES ($1, $2)', [accountId, sha256]);
    });
  }

  async resetTotp(accountId: number): Promise<void> {
    await this.#db.transaction(async (run) => {
      await run('UPDATE accounts SET totp = NULL, totp_offered = NULL WHERE account_id = $1', [accountId]);
      await run('DELETE FROM recovery_codes WHERE account_id = $1', [accountId]);
    });
  }

  async useTotpStep(accountId: number, step: number): Promise<boolean> {
    const rows = await this.#db.run(
      'UPDATE accounts SET totp_step = $2 WHERE account_id = $1 AND totp_step < $2 RETURNING account_id',
      [accountId, step],
    );
    return rows.length > 0;
  }

  async useRecoveryCode(accountId: number, sha256: Buffer): Promise<boolean> {
    const rows = await this.#db.run(
      'DELETE FROM recovery_codes WHERE account_id = $1 AND sha256 = $2 RETURNING code_id',
      [accountId, sha256],
    );
    return rows.length > 0;
  }

  countAttempt(subject: Buffer, now: Date): Promise<Date | undefined> {
    return this.#db.transaction(async (run) => {
      await run('DELETE FROM failed_logins WHERE failed_at < $1', [new Date(now.getTime() - FAILURES_KEPT)]);
      // The row is made first, so that servers that look at the same account wait for one another.
      await run('INSERT INTO failed_logins VALUES ($1, 0, $2) ON CONFLICT DO NOTHING', [subject, now]);
      const [row] = await run<{ failures: number; failedAt: Date }>(
        'SELECT failures, failed_at AS "failedAt" FROM failed_logins WHERE subject = $1 FOR UPDATE',
        [subject],
      );
      const next = row ? nextAttempt(row.failures, row.failedAt.getTime(), accountDelays) : 0;
      if (next > now.getTime()) return new Date(next);
      await run('UPDATE failed_logins SET failures = failures + 1, failed_at = $2 WHERE subject = $1', [subject, now]);
      return undefined;
    });
  }

  async forgiveAttempts(subject: Buffer, which: 'last' | 'all'): Promise<void> {
    await this.#db.run(
      which === 'all'
        ? 'DELETE FROM failed_logins WHERE subject = $1'
        : 'UPDATE failed_logins SET failures = failures - 1 WHERE subject = $1 AND failures > 0',
      [subject],
    );
  }
}

function accountOfRow(row: PostgresAccountRow): StoredAccount {
  return { ...sharedPartOf(row), password: row.password };
}

/** An account without its password. */
export function sharedPartOf(row: Omit<PostgresAccountRow, 'password'>): Account {
  const { accountId, tenant, name, role, mustChange, hasTotp, createdAt, lastLoginAt, disabledAt } = row;
  return {
    accountId,
    name,
    role,
    mustChange,
    hasTotp,
    createdAt,
    tenant: tenant.toString('utf8'),
    lastLoginAt: lastLoginAt ?? undefined,
    disabledAt: disabledAt ?? undefined,
  };
}
