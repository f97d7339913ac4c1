import type { Role } from './roles.js';

/** Console users: who logs in with a name and a password. Names are unique within a tenant. */
export interface AccountStore {
  /** @returns its number; undefined where the tenant has an account of this name */
  add(account: NewAccount): Promise<number | undefined>;

  find(tenant: string, name: string): Promise<StoredAccount | undefined>;

  /** In the order of the names; without a tenant those of all tenants, tenant by tenant. */
  list(tenant?: string): Promise<StoredAccount[]>;

  /** Changes what is given of an account of the tenant. @returns false where there is no such account */
  update(tenant: string, accountId: number, change: AccountChange): Promise<boolean>;

  /** Removes an account with its sessions and recovery codes. @returns false where there is no such account */
  remove(tenant: string, accountId: number): Promise<boolean>;

  noteLogin(accountId: number, at: Date): Promise<void>;

  /** Secrets of the second factor; undefined where there is none. */
  totpOf(accountId: number): Promise<TotpSecrets>;

  /** Keeps a secret that counts only after {@link confirmTotp}. */
  offerTotp(accountId: number, secret: string): Promise<void>;

  /** Makes the offered secret the one that counts, with new recovery codes in place of all older ones. */
  confirmTotp(accountId: number, step: number, codeHashes: readonly Buffer[]): Promise<void>;

  /** Removes the second factor with its recovery codes. */
  resetTotp(accountId: number): Promise<void>;

  /** Notes that the code of a time step was used. @returns false where it, or a later one, was used before */
  useTotpStep(accountId: number, step: number): Promise<boolean>;

  /** Uses up a recovery code. @returns false where the account has none with this hash */
  useRecoveryCode(accountId: number, sha256: Buffer): Promise<boolean>;

  /**
   * Counts an attempt to log in before it is known how it ends, unless too many have failed.
   * @param subject 32 bytes that stand for the account, which may not exist
   * @returns undefined where it was counted; otherwise when the next one may come
   */
  countAttempt(subject: Buffer, now: Date): Promise<Date | undefined>;

  /** Takes the last attempt back, or all of them. */
  forgiveAttempts(subject: Buffer, which: 'last' | 'all'): Promise<void>;
}

export interface NewAccount {
  tenant: string;
  name: string;
  role: Role;
  /** Argon2id in the PHC string format. */
  password: string;
  /** Somebody else chose the password: the user may do nothing before another one. */
  mustChange: boolean;
}

/** As others see it. */
export type Account = Omit<StoredAccount, 'password'>;

export interface StoredAccount extends NewAccount {
  accountId: number;
  hasTotp: boolean;
  createdAt: Date;
  lastLoginAt: Date | undefined;
  disabledAt: Date | undefined;
}

export interface AccountChange {
  role?: Role | undefined;
  password?: string | undefined;
  mustChange?: boolean | undefined;
  isDisabled?: boolean | undefined;
}

export interface TotpSecrets {
  /** In base32. */
  secret: string | undefined;
  /** Not confirmed by a code yet. */
  offered: string | undefined;
}
