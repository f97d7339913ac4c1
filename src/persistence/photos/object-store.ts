/** What can be read of an object store. */
export interface ObjectSource {
  /** Undefined when there is no such object. @throws RangeError when the key is malformed; StoreError */
  get(key: string): Promise<Buffer | undefined>;
  /** The keys of all objects, in no order. @throws StoreError */
  keys(): AsyncIterable<string>;
}

/** Keeps photos as opaque bytes. Keys are made by the server (`[a-z0-9/-]+`), never by a client. */
export interface ObjectStore extends ObjectSource {
  /** Durable when the promise resolves. @throws RangeError when the key is malformed; StoreError */
  put(key: string, bytes: Buffer): Promise<void>;
  /** Succeeds also when there is no such object. @throws RangeError when the key is malformed; StoreError */
  delete(key: string): Promise<void>;
}

const keyPattern = /^[a-z0-9-]+(\/[a-z0-9-]+)*$/;
const MAX_KEY_LENGTH = 200;

export function isObjectKey(text: string): boolean {
  return text.length <= MAX_KEY_LENGTH && keyPattern.test(text);
}

/** @throws RangeError */
export function assertObjectKey(key: string): void {
  if (!isObjectKey(key)) throw new RangeError('Malformed object key');
}
