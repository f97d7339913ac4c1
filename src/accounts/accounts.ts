import { FaceSearchError } from '../core/errors.js';
import type { Account, AccountChange } from '../persistence/accounts/account-store.js';
import { permissionsOf, type Role } from '../persistence/accounts/roles.js';
import type { Caller, CallerStore } from '../persistence/keys/api-key-store.js';
import type { LogIn } from './log-in.js';
import { checkedName, checkPassword } from './names.js';
import type { Passwords } from './passwords.js';
import { hashRecoveryCode, makeRecoveryCodes } from './recovery-codes.js';
import { makeSecret, otpauthUrl, stepOf } from './totp.js';

/** Who makes or changes a console user: a request's caller, or the command line with all permissions. */
export type Changer = Pick<Caller, 'tenant' | 'permissions' | 'session'>;

/** A console user to be. */
export interface NewUser {
  name: string;
  role: Role;
  password: string;
  /** The user must choose another password at the first log-in; so it is without this. */
  mustChange?: boolean;
}

/** What is changed of a console user. */
export interface AccountWish {
  role?: Role | undefined;
  password?: string | undefined;
  isDisabled?: boolean | undefined;
  resetTotp?: boolean | undefined;
  /** Of a password that is changed, as in {@link NewUser}. */
  mustChange?: boolean | undefined;
}

/** Console users of a tenant. Nobody gives, changes or takes away more than they have, and nobody shuts themselves out. */
export class Accounts {
  readonly #store: Pick<CallerStore, 'accounts' | 'sessions'>;
  readonly #passwords: Passwords;

  constructor(store: Pick<CallerStore, 'accounts' | 'sessions'>, passwords: Passwords) {
    this.#store = store;
    this.#passwords = passwords;
  }

  async list(tenant: string): Promise<Account[]> {
    return this.#store.accounts.list(tenant);
  }

  /** @returns its number @throws FaceSearchError BAD_INPUT, NOT_PERMITTED or OVERLOADED; StoreError */
  async add(by: Changer, { name, role, password, mustChange = true }: NewUser): Promise<number> {
    requireOwn(by, role);
    const checked = checkedName(name);
    checkPassword(password, checked);
    const hash = await this.#passwords.hash(password);
    const account = { tenant: by.tenant, name: checked, role, password: hash, mustChange };
    const accountId = await this.#store.accounts.add(account);
    if (accountId === undefined)
      throw new FaceSearchError('BAD_INPUT', 'field-value', {
        field: 'name',
        fault: 'belongs to another console user',
      });
    return accountId;
  }

  /** Ends the sessions of a user who gets another password, is disabled, or loses the second factor. @throws as {@link add} */
  async change(by: Changer, accountId: number, wish: AccountWish): Promise<void> {
    const account = await this.#changeable(by, accountId);
    if (wish.role !== undefined) requireOwn(by, wish.role);
    const change: AccountChange = { role: wish.role, isDisabled: wish.isDisabled };
    if (wish.password !== undefined) {
      checkPassword(wish.password, account.name);
      change.password = await this.#passwords.hash(wish.password);
      change.mustChange = wish.mustChange ?? true;
    }
    await this.#store.accounts.update(by.tenant, accountId, change);
    if (wish.resetTotp) await this.#store.accounts.resetTotp(accountId);
    if (wish.password !== undefined || wish.isDisabled || wish.resetTotp)
      await this.#store.sessions.endOfAccount(accountId);
  }

  /** @throws FaceSearchError ACCOUNT_NOT_FOUND, BAD_INPUT or NOT_PERMITTED; StoreError */
  async remove(by: Changer, accountId: number): Promise<void> {
    await this.#changeable(by, accountId);
    await this.#store.accounts.remove(by.tenant, accountId);
  }

  /** Ends the user's other sessions. @throws as {@link add}, or what {@link LogIn.requirePassword} throws */
  async changeOwnPassword(own: OwnAccount, logIn: LogIn, old: string, next: string): Promise<void> {
    const { account, sessionId, address } = own;
    await logIn.requirePassword(account, old, address);
    checkPassword(next, account.name);
    // Who gave the first one would still know it.
    if (next === old)
      throw new FaceSearchError('BAD_INPUT', 'field-value', { field: 'password', fault: 'must be another one' });
    const password = await this.#passwords.hash(next);
    await this.#store.accounts.update(account.tenant, account.accountId, { password, mustChange: false });
    await this.#store.sessions.endOfAccount(account.accountId, sessionId);
  }

  /** A new secret, which counts after {@link confirmTotp}. @throws what {@link LogIn.requirePassword} throws */
  async offerTotp({ account, address }: OwnAccount, logIn: LogIn, password: string) {
    await logIn.requirePassword(account, password, address);
    const secret = makeSecret();
    await this.#store.accounts.offerTotp(account.accountId, secret);
    return { secret, url: otpauthUrl(account.name, secret) };
  }

  /** @returns recovery codes, which are shown only now @throws FaceSearchError BAD_INPUT for a wrong code */
  async confirmTotp({ account }: OwnAccount, code: string): Promise<string[]> {
    const { offered } = await this.#store.accounts.totpOf(account.accountId);
    const step = offered === undefined ? undefined : stepOf(code, offered, new Date());
    if (step === undefined)
      throw new FaceSearchError('BAD_INPUT', 'field-value', { field: 'code', fault: 'is wrong, or too old' });
    const codes = makeRecoveryCodes();
    await this.#store.accounts.confirmTotp(account.accountId, step, codes.map(hashRecoveryCode));
    return codes;
  }

  /** @throws what {@link LogIn.requirePassword} throws */
  async removeTotp({ account, address }: OwnAccount, logIn: LogIn, password: string): Promise<void> {
    await logIn.requirePassword(account, password, address);
    await this.#store.accounts.resetTotp(account.accountId);
  }

  /** An account of the tenant that is not the changer's own and has no more permissions. */
  async #changeable(by: Changer, accountId: number): Promise<Account> {
    const account = (await this.#store.accounts.list(by.tenant)).find((each) => each.accountId === accountId);
    if (!account) throw new FaceSearchError('ACCOUNT_NOT_FOUND');
    requireOwn(by, account.role);
    if (by.session?.account?.accountId === accountId)
      throw new FaceSearchError('BAD_INPUT', 'field-value', {
        field: 'account',
        fault: 'is your own: another administrator must change it',
      });
    return account;
  }
}

/** A console user who is logged in. */
export interface OwnAccount {
  account: Account;
  sessionId: number;
  /** Of the client. */
  address: string;
}

function requireOwn({ permissions }: Changer, role: Role): void {
  if (!permissionsOf(role).every((permission) => permissions.includes(permission)))
    throw new FaceSearchError('NOT_PERMITTED', 'more-than-own');
}
