import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { StoreError } from '../store-error.js';
import type { DataKey } from './data-key.js';

/** Encrypts what is kept on disk. */
export interface DataCipher {
  /**
   * @param context what the value is and where it belongs, such as `photo/<key>`; the value is decrypted only with the same
   * context, so that it cannot be moved to another place
   */
  encrypt(plain: Uint8Array, context: string): Buffer;

  /**
   * @param context as it was given when the value was encrypted
   * @throws DecryptionError when the value was changed, was moved, or was encrypted with another key
   */
  decrypt(encrypted: Uint8Array, context: string): Buffer;
}

/** An encrypted value cannot be decrypted. The message holds its context and no secret. */
export class DecryptionError extends StoreError {
  constructor(context: string, detail: string) {
    super('damaged', `Cannot decrypt ${context}`, { detail });
    this.name = 'DecryptionError';
  }
}

/** Starts every encrypted value; no photo and no text starts so. */
const MAGIC = Buffer.from([0xf5, 0x53, 0x45, 0x01]);
const KEY_ID_BYTES = 8;
const SALT_BYTES = 16;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

const SALT_START = MAGIC.length + KEY_ID_BYTES;
const NONCE_START = SALT_START + SALT_BYTES;
const TAG_START = NONCE_START + NONCE_BYTES;
const BODY_START = TAG_START + TAG_BYTES;

/** Bytes that encryption adds to a value. */
export const ENCRYPTION_OVERHEAD = BODY_START;

/**
 * Values encrypted with one salt. NIST SP 800-38D allows 2^32 random nonces with one key; at 2^30, two of them are equal
 * with a probability of 2^-37.
 */
const VALUES_PER_SALT = 2 ** 30;

/** Derived keys kept for decryption: one for each time that a process started, so few in any data folder. */
const CACHED_KEYS = 1000;

/**
 * AES-256-GCM with random 96-bit nonces. Each cipher derives a key of its own from the data key and a random salt, and
 * takes the next salt in good time, so that the number of nonces is bounded for each derived key and there is no bound
 * for the data key.
 *
 * An encrypted value: magic (4 bytes), key id (8), salt (16), nonce (12), tag (16), ciphertext. All but the tag and the
 * ciphertext is authenticated together with the context.
 */
export class AesGcmCipher implements DataCipher {
  readonly #key: DataKey;
  readonly #valuesPerSalt: number;
  readonly #derived = new Map<string, Buffer>();
  /** Magic, key id and salt of what is encrypted now. */
  #prefix = Buffer.alloc(0);
  #valuesLeft = 0;

  constructor(key: DataKey, { valuesPerSalt = VALUES_PER_SALT } = {}) {
    this.#key = key;
    this.#valuesPerSalt = valuesPerSalt;
  }

  encrypt(plain: Uint8Array, context: string): Buffer {
    if (this.#valuesLeft === 0) {
      this.#prefix = Buffer.concat([MAGIC, Buffer.from(this.#key.id, 'hex'), randomBytes(SALT_BYTES)]);
      this.#valuesLeft = this.#valuesPerSalt;
    }
    this.#valuesLeft--;
    const header = Buffer.concat([this.#prefix, randomBytes(NONCE_BYTES)]);
    const cipher = createCipheriv('aes-256-gcm', this.#derivedKey(header), header.subarray(NONCE_START));
    cipher.setAAD(associatedData(header, context));
    const body = cipher.update(plain);
    cipher.final();
    return Buffer.concat([header, cipher.getAuthTag(), body]);
  }

  decrypt(encrypted: Uint8Array, context: string): Buffer {
    const keyId = dataKeyIdOf(encrypted);
    if (keyId === undefined) throw new DecryptionError(context, 'it is not an encrypted value');
    if (keyId !== this.#key.id) {
      throw new DecryptionError(context, `it was encrypted with the data key ${keyId}, not with ${this.#key.id}`);
    }
    const header = Buffer.from(encrypted.buffer, encrypted.byteOffset, TAG_START);
    const decipher = createDecipheriv('aes-256-gcm', this.#derivedKey(header), header.subarray(NONCE_START), {
      authTagLength: TAG_BYTES,
    });
    decipher.setAAD(associatedData(header, context));
    decipher.setAuthTag(encrypted.subarray(TAG_START, BODY_START));
    const plain = decipher.update(encrypted.subarray(BODY_START));
    try {
      decipher.final();
    } catch {
      throw new DecryptionError(context, 'it was changed or moved, or it is damaged');
    }
    return plain;
  }

  #derivedKey(header: Buffer): Buffer {
    const salt = header.subarray(SALT_START, NONCE_START);
    const name = salt.toString('latin1');
    let derived = this.#derived.get(name);
    if (!derived) {
      if (this.#derived.size >= CACHED_KEYS) this.#derived.clear();
      derived = this.#key.derive('values', salt);
      this.#derived.set(name, derived);
    }
    return derived;
  }
}

/** Id of the data key that a value was encrypted with; undefined for what is no encrypted value. */
export function dataKeyIdOf(value: Uint8Array): string | undefined {
  if (value.length < ENCRYPTION_OVERHEAD) return undefined;
  const header = Buffer.from(value.buffer, value.byteOffset, SALT_START);
  if (!header.subarray(0, MAGIC.length).equals(MAGIC)) return undefined;
  return header.toString('hex', MAGIC.length);
}

function associatedData(header: Buffer, context: string): Buffer {
  return Buffer.concat([header, Buffer.from(context, 'utf8')]);
}
