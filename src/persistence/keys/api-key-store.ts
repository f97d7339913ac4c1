import type { Account, AccountStore } from '../accounts/account-store.js';
import type { SessionStore } from '../accounts/session-store.js';
import type { Permission } from './permissions.js';

/** API keys, of which only hashes are kept. */
export interface ApiKeyStore {
  /**
   * Adds an API key, kept as its SHA-256 only.
   * @throws Error when the same key was added before, revoked or not
   */
  addKey(key: NewKey): Promise<void>;

  /** Adds a key where there has never been one, and tells whether it did. Of several calls together one does. */
  addFirstKey(key: NewKey): Promise<boolean>;

  /** Whom a key stands for; undefined for one that is unknown, revoked or expired. */
  findCallerByKeyHash(sha256: Buffer): Promise<Caller | undefined>;

  /** The same by the key's number. */
  findCallerByKeyId(keyId: number): Promise<Caller | undefined>;

  /** Keeps when a key was used last. */
  noteKeyUse(keyId: string, at: Date): Promise<void>;

  /** Every key ever added, oldest first. */
  listKeys(): Promise<StoredKey[]>;

  /** False when there is no such key or it was revoked before. */
  revokeKey(keyId: number): Promise<boolean>;

  close(): Promise<void>;
}

/** Who may ask: keys, console users and their sessions. */
export interface CallerStore extends ApiKeyStore {
  readonly accounts: AccountStore;
  readonly sessions: SessionStore;
}

/** Whom a request's key stands for. */
export interface Caller {
  /**
   * Tells keys apart and says nothing about the key: the number of a stored one, `configured-` and its position. Of a
   * session with a password it is `account-` and the number of the account.
   */
  keyId: string;
  tenant: string;
  permissions: readonly Permission[];
  /** Undefined for a request with a key. */
  session?: CallerSession | undefined;
}

/** The session of a request that came with a cookie. */
export interface CallerSession {
  sessionId: number;
  /** The session ends then, however busy. */
  expiresAt: Date;
  /** Who logged in with a password; undefined where it was with a key. */
  account: Account | undefined;
}

export interface NewKey {
  tenant: string;
  /** 32 bytes. */
  sha256: Buffer;
  /** For people, to tell keys apart. */
  label: string;
  permissions: readonly Permission[];
  /** Without one the key works until it is revoked. */
  expiresAt: Date | undefined;
}

export interface StoredKey {
  keyId: number;
  tenant: string;
  label: string;
  permissions: readonly Permission[];
  createdAt: Date;
  /** To ten minutes; undefined for a key that was never used. */
  lastUsedAt: Date | undefined;
  expiresAt: Date | undefined;
  revokedAt: Date | undefined;
}
