/** Keeps photos as opaque bytes. Keys are made by the server (`[a-z0-9/-]+`), never by a client. */
export interface ObjectStore {
  /** Durable when the promise resolves. */
  put(key: string, bytes: Buffer): Promise<void>;
  /** Undefined when there is no such object. */
  get(key: string): Promise<Buffer | undefined>;
  /** Succeeds also when there is no such object. */
  delete(key: string): Promise<void>;
}
