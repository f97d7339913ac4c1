import { createHash, randomBytes } from 'node:crypto';
import type { Account } from '../persistence/accounts/account-store.js';
import { isAdministrator, permissionsOf } from '../persistence/accounts/roles.js';
import type { SessionHolder } from '../persistence/accounts/session-store.js';
import type { Caller, CallerStore } from '../persistence/keys/api-key-store.js';

/** How sessions relate to the API keys that they were made with. */
export interface SessionKeys {
  /** Undefined for a key that does not exist, is revoked or has expired. */
  callerOf(key: string): Promise<Caller | undefined>;
  /** What a session keeps of a configured key; undefined for a stored one. */
  checkOf(key: string, token: string): Buffer | undefined;
  /** Whom the key of a session stands for now; undefined when it is no longer good. */
  callerOfSession(keyId: string, keyCheck: Buffer | undefined, token: string): Promise<Caller | undefined>;
}

export interface SessionRules {
  /** Milliseconds without a request after which a session ends. */
  idle: number;
  /** Milliseconds after which it ends, however busy. */
  most: number;
  /** Administrators need a second factor; without one they may only set it up. */
  needsTotp: boolean;
}

/** A session that has just begun. */
export interface NewSessionToken {
  /** 256 random bits; the browser keeps it in a cookie, and the server its hash only. */
  token: string;
  caller: Caller;
}

/** The use of a session is noted this often at most, so that most requests cost no write. */
const USE_NOTED_MS = 60_000;

/** Sessions of the console: a token stands for the account, or the API key, that it was made with. */
export class Sessions {
  readonly #store: Pick<CallerStore, 'sessions'>;
  readonly #keys: SessionKeys;
  readonly #rules: SessionRules;

  constructor(store: Pick<CallerStore, 'sessions'>, keys: SessionKeys, rules: SessionRules) {
    this.#store = store;
    this.#keys = keys;
    this.#rules = rules;
  }

  /** Undefined for a key that is unknown, revoked or expired. @throws StoreError */
  async openByKey(key: string): Promise<NewSessionToken | undefined> {
    const caller = await this.#keys.callerOf(key);
    if (!caller) return undefined;
    const token = makeToken();
    const holder = { keyId: caller.keyId, keyCheck: this.#keys.checkOf(key, token) };
    return this.#open(token, caller.tenant, holder);
  }

  /** @throws StoreError */
  openByAccount({ tenant, accountId }: Account): Promise<NewSessionToken | undefined> {
    return this.#open(makeToken(), tenant, { accountId });
  }

  /** Whom a token stands for, with the present permissions; undefined when its session has ended. @throws StoreError */
  async callerOf(token: string): Promise<Caller | undefined> {
    const now = new Date();
    const session = await this.#store.sessions.find(hashToken(token), now, this.#usedAfter(now));
    if (!session) return undefined;
    const { sessionId, expiresAt, lastUsedAt, holder } = session;
    if (now.getTime() - lastUsedAt.getTime() > Math.min(USE_NOTED_MS, this.#rules.idle / 4))
      await this.#store.sessions.noteUse(sessionId, now).catch(() => undefined);
    if ('account' in holder) {
      const { account } = holder;
      return {
        keyId: accountKeyId(account.accountId),
        tenant: session.tenant,
        permissions: account.mustChange || this.lacksTotp(account) ? [] : permissionsOf(account.role),
        session: { sessionId, expiresAt, account },
      };
    }
    const caller = await this.#keys.callerOfSession(holder.keyId, holder.keyCheck, token);
    if (caller?.tenant !== session.tenant) return undefined;
    return { ...caller, session: { sessionId, expiresAt, account: undefined } };
  }

  /** Whether an account may do nothing until it has a second factor. */
  lacksTotp({ role, hasTotp }: Account): boolean {
    return this.#rules.needsTotp && isAdministrator(role) && !hasTotp;
  }

  /** @returns false where it had ended */
  end(sessionId: number): Promise<boolean> {
    return this.#store.sessions.end(sessionId);
  }

  async #open(token: string, tenant: string, holder: SessionHolder): Promise<NewSessionToken | undefined> {
    const now = new Date();
    // Here, so that nothing has to run in the background.
    await this.#store.sessions.prune(now, this.#usedAfter(now));
    const expiresAt = new Date(now.getTime() + this.#rules.most);
    await this.#store.sessions.add({ tenant, sha256: hashToken(token), holder, expiresAt });
    const caller = await this.callerOf(token);
    return caller && { token, caller };
  }

  #usedAfter(now: Date): Date {
    return new Date(now.getTime() - this.#rules.idle);
  }
}

/** What the audit log and limits know a console user by. */
export function accountKeyId(accountId: number): string {
  return `account-${accountId}`;
}

function makeToken(): string {
  return randomBytes(32).toString('base64url');
}

/** Tokens are long and random, so one round is enough; the store looks up the hash, so no time tells of the token. */
function hashToken(token: string): Buffer {
  return createHash('sha256').update(token, 'utf8').digest();
}
