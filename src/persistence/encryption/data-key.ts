import { createSecretKey, hkdfSync, type KeyObject } from 'node:crypto';

const KEY_BYTES = 32;
const hex = /^[0-9a-f]{64}$/i;
const base64 = /^[A-Za-z0-9+/_-]{43}=?$/;

/** The secret that data at rest is encrypted with. Holds its bytes where no log or inspection shows them. */
export class DataKey {
  readonly #secret: KeyObject;
  /** 16 hex digits that tell keys apart and say nothing about the key. */
  readonly id: string;

  /**
   * @param secret its bytes, or what another thread was sent of it
   * @throws RangeError when there are not 32 bytes
   */
  constructor(secret: Uint8Array | KeyObject) {
    const key = secret instanceof Uint8Array ? createSecretKey(secret) : secret;
    if (key.symmetricKeySize !== KEY_BYTES)
      throw new RangeError(`A data key has ${KEY_BYTES} bytes, not ${key.symmetricKeySize}`);
    this.#secret = key;
    this.id = this.derive('key id').toString('hex', 0, 8);
  }

  /**
   * @param text 64 hex digits, or 32 bytes in base64 or base64url; space around it is ignored
   * @throws RangeError that says what is expected, never what was given
   */
  static parse(text: string): DataKey {
    const trimmed = text.trim();
    if (hex.test(trimmed)) return new DataKey(Buffer.from(trimmed, 'hex'));
    if (base64.test(trimmed)) return new DataKey(Buffer.from(trimmed, 'base64'));
    throw new RangeError('must be 32 bytes, as 64 hex digits or in base64');
  }

  /** To be sent to a thread of this process; it shows its bytes as little as this does. */
  get secret(): KeyObject {
    return this.#secret;
  }

  /**
   * A key of its own for one purpose, by HKDF-SHA-256: 32 bytes. Keys of different purposes or salts say nothing about
   * each other or about this key.
   */
  derive(purpose: string, salt: Uint8Array = new Uint8Array()): Buffer {
    return Buffer.from(hkdfSync('sha256', this.#secret, salt, `facesearch ${purpose}`, KEY_BYTES));
  }
}
