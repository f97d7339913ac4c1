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

  /** Keeps when a key was used last. */
  noteKeyUse(keyId: string, at: Date): Promise<void>;

  /** Every key ever added, oldest first. */
  listKeys(): Promise<StoredKey[]>;

  /** False when there is no such key or it was revoked before. */
  revokeKey(keyId: number): Promise<boolean>;

  close(): Promise<void>;
}

/** Whom a request's key stands for. */
export interface Caller {
  /** Tells keys apart and says nothing about the key: the number of a stored one, `configured-` and its position. */
  keyId: string;
  tenant: string;
  permissions: readonly Permission[];
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
