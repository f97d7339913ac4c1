import { AesGcmCipher, type DataCipher } from '../encryption/data-cipher.js';
import type { DataKey } from '../encryption/data-key.js';
import type { ObjectSource, ObjectStore } from './object-store.js';

/** Decrypts what another object store has. */
export class EncryptedObjectSource implements ObjectSource {
  readonly #objects: ObjectSource;
  protected readonly cipher: DataCipher;

  constructor(objects: ObjectSource, key: DataKey) {
    this.#objects = objects;
    this.cipher = new AesGcmCipher(key);
  }

  /** @throws DecryptionError when the object was changed, moved, or encrypted with another data key */
  async get(key: string): Promise<Buffer | undefined> {
    const encrypted = await this.#objects.get(key);
    return encrypted && this.cipher.decrypt(encrypted, context(key));
  }

  keys(): AsyncIterable<string> {
    return this.#objects.keys();
  }
}

/** Encrypts what it gives to another object store. Objects are bound to their keys. */
export class EncryptedObjectStore extends EncryptedObjectSource implements ObjectStore {
  readonly #objects: ObjectStore;

  constructor(objects: ObjectStore, key: DataKey) {
    super(objects, key);
    this.#objects = objects;
  }

  put(key: string, bytes: Buffer): Promise<void> {
    return this.#objects.put(key, this.cipher.encrypt(bytes, context(key)));
  }

  delete(key: string): Promise<void> {
    return this.#objects.delete(key);
  }
}

function context(key: string): string {
  return `photo/${key}`;
}
