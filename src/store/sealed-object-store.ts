import { AesGcmCipher, type DataCipher } from './data-cipher.js';
import type { DataKey } from './data-key.js';
import type { ObjectStore } from './object-store.js';

/** Encrypts what it gives to another object store. Objects are bound to their keys. */
export class SealedObjectStore implements ObjectStore {
  readonly #objects: ObjectStore;
  readonly #cipher: DataCipher;

  constructor(objects: ObjectStore, key: DataKey) {
    this.#objects = objects;
    this.#cipher = new AesGcmCipher(key);
  }

  put(key: string, bytes: Buffer): Promise<void> {
    return this.#objects.put(key, this.#cipher.seal(bytes, context(key)));
  }

  /** @throws SealError when the object was changed, moved, or sealed with another data key */
  async get(key: string): Promise<Buffer | undefined> {
    const sealed = await this.#objects.get(key);
    return sealed && this.#cipher.open(sealed, context(key));
  }

  delete(key: string): Promise<void> {
    return this.#objects.delete(key);
  }

  keys(): AsyncIterable<string> {
    return this.#objects.keys();
  }
}

function context(key: string): string {
  return `photo/${key}`;
}
