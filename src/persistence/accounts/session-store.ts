import type { Account } from './account-store.js';

/** Sessions of the console. Of a token only its hash is kept. */
export interface SessionStore {
  /** @returns its number */
  add(session: NewSession): Promise<number>;

  /** Undefined for a token that is unknown, or whose session has ended: by its end, by a rest since `usedAfter`, or with its account. */
  find(sha256: Buffer, now: Date, usedAfter: Date): Promise<StoredSession | undefined>;

  noteUse(sessionId: number, at: Date): Promise<void>;

  /** @returns false where it had ended */
  end(sessionId: number): Promise<boolean>;

  /** Ends the sessions of an account, all or all but one. @returns how many */
  endOfAccount(accountId: number, except?: number): Promise<number>;

  /** Removes sessions that ended before. */
  prune(now: Date, usedAfter: Date): Promise<void>;
}

interface SessionTimes {
  /** The session ends then, however busy. */
  expiresAt: Date;
}

/** A session belongs to an account, or to the API key that it was made with. */
export type SessionHolder =
  | { accountId: number }
  | {
      /** Number of a stored key, or name of a configured one. */
      keyId: string;
      /** Of a configured key: what proves that the key is still the same. */
      keyCheck: Buffer | undefined;
    };

export interface NewSession extends SessionTimes {
  tenant: string;
  /** Of the token; 32 bytes. */
  sha256: Buffer;
  holder: SessionHolder;
}

export interface StoredSession extends SessionTimes {
  sessionId: number;
  tenant: string;
  createdAt: Date;
  lastUsedAt: Date;
  holder: { account: Account } | { keyId: string; keyCheck: Buffer | undefined };
}
