import { createHash } from 'node:crypto';
import { FaceSearchError } from '../core/errors.js';
import type { Account, StoredAccount } from '../persistence/accounts/account-store.js';
import type { CallerStore } from '../persistence/keys/api-key-store.js';
import { AddressDelays } from './address-delays.js';
import { parseLogin } from './names.js';
import type { Passwords } from './passwords.js';
import { hashRecoveryCode } from './recovery-codes.js';
import type { NewSessionToken, Sessions } from './sessions.js';
import { stepOf } from './totp.js';

/** What a console user logs in with. */
export interface LoginSecrets {
  /** `name`, of the tenant `default`, or `tenant/name`. */
  user: string;
  password: string;
  /** Of the second factor, or a recovery code; empty for none. */
  code: string;
}

/** Too many attempts have failed. */
export class LoginDelayedError extends FaceSearchError {
  /** @param seconds until the next attempt */
  constructor(readonly seconds: number) {
    super('LOGIN_DELAYED');
  }
}

/** Lets console users in by their passwords, and slows down who guesses them. */
export class LogIn {
  readonly #store: Pick<CallerStore, 'accounts'>;
  readonly #sessions: Sessions;
  readonly #passwords: Passwords;
  readonly #addresses = new AddressDelays();

  constructor(store: Pick<CallerStore, 'accounts'>, sessions: Sessions, passwords: Passwords) {
    this.#store = store;
    this.#sessions = sessions;
    this.#passwords = passwords;
  }

  /**
   * The answer is the same, and takes as long, whether the user does not exist or the password is wrong.
   * @param address of the client
   * @param onKnown told of the user as soon as there is one of this name, for the audit log
   * @throws FaceSearchError LOGIN_REFUSED or OVERLOADED, LoginDelayedError, StoreError
   */
  async open(secrets: LoginSecrets, address: string, onKnown: (account: Account) => void): Promise<NewSessionToken> {
    const { tenant, name } = parseLogin(secrets.user);
    const account = await this.#store.accounts.find(tenant, name);
    if (account) onKnown(account);
    await this.#guarded(subjectOf(tenant, name), address, async () => {
      const isRight = await this.#passwords.fits(secrets.password, account?.password);
      if (!isRight || !account || account.disabledAt) throw new FaceSearchError('LOGIN_REFUSED', 'login-refused');
      await this.#requireCode(account, secrets.code);
    });
    const opened = account && (await this.#sessions.openByAccount(account));
    // Disabled or removed in this very moment.
    if (!opened) throw new FaceSearchError('LOGIN_REFUSED', 'login-refused');
    await this.#store.accounts.noteLogin(account.accountId, new Date());
    return opened;
  }

  /**
   * Asks a console user who is logged in for the password again.
   * @throws FaceSearchError BAD_INPUT for a wrong one, LoginDelayedError
   */
  async requirePassword({ tenant, name }: Account, password: string, address: string): Promise<void> {
    const account = await this.#store.accounts.find(tenant, name);
    await this.#guarded(subjectOf(tenant, name), address, async () => {
      if (!(await this.#passwords.fits(password, account?.password)))
        throw new FaceSearchError('BAD_INPUT', 'field-value', { field: 'password', fault: 'is wrong' });
    });
  }

  /** Counts an attempt before it is made, so that attempts at the same time count as well, and forgives it when it succeeds. */
  async #guarded(subject: Buffer, address: string, attempt: () => Promise<void>): Promise<void> {
    const now = new Date();
    const { accounts } = this.#store;
    const ofAddress = this.#addresses.count(address, now);
    if (ofAddress) throw delayed(ofAddress, now);
    const ofAccount = await accounts.countAttempt(subject, now);
    if (ofAccount) {
      this.#addresses.forgive(address);
      throw delayed(ofAccount, now);
    }
    try {
      await attempt();
    } catch (error) {
      const isWrong = error instanceof FaceSearchError && ['login-refused', 'field-value'].includes(error.reason);
      if (!isWrong) {
        this.#addresses.forgive(address);
        await accounts.forgiveAttempts(subject, 'last');
      }
      throw error;
    }
    this.#addresses.forgive(address);
    await accounts.forgiveAttempts(subject, 'all');
  }

  async #requireCode({ accountId, hasTotp }: StoredAccount, code: string): Promise<void> {
    if (!hasTotp) return;
    if (code.trim() === '') throw new FaceSearchError('LOGIN_REFUSED', 'code-needed');
    const { accounts } = this.#store;
    const { secret } = await accounts.totpOf(accountId);
    const step = secret === undefined ? undefined : stepOf(code, secret, new Date());
    const isRight =
      step === undefined
        ? await accounts.useRecoveryCode(accountId, hashRecoveryCode(code))
        : await accounts.useTotpStep(accountId, step);
    if (!isRight) throw new FaceSearchError('LOGIN_REFUSED', 'login-refused');
  }
}

function delayed(until: Date, now: Date): LoginDelayedError {
  return new LoginDelayedError(Math.ceil((until.getTime() - now.getTime()) / 1000));
}

/** What failed attempts are counted by, also where there is no such user. */
function subjectOf(tenant: string, name: string): Buffer {
  return createHash('sha256')
    .update(JSON.stringify([tenant, name]))
    .digest();
}
