import type { Logger } from 'pino';
import type { ObjectStore } from '../store/object-store.js';
import type { Store } from '../store/store.js';
import { KeyedLock } from './keyed-lock.js';

/** Photos deleted at the same time: a deletion waits for the disk, not for the processor. */
const AT_ONCE = 8;

/** How long a photo that could not be deleted waits for the next try, unless another deletion comes first. */
const RETRY_MS = 30_000;

/**
 * Deletes the photos that the store lists as pending. A photo that cannot be deleted now stays on the list and is
 * tried again.
 */
export class PhotoSweep {
  readonly #store: Store;
  readonly #objects: ObjectStore;
  readonly #logger: Pick<Logger, 'error'>;
  readonly #lock = new KeyedLock();
  /** Photos of people who are being added: on the list until their row is stored, and not to be swept. */
  readonly #reserved = new Set<string>();
  #retry: NodeJS.Timeout | undefined;

  constructor(store: Store, objects: ObjectStore, logger: Pick<Logger, 'error'>) {
    this.#store = store;
    this.#objects = objects;
    this.#logger = logger;
  }

  /**
   * Stores a photo and runs `claim`, which must store the row that names it. If either fails, or the process dies in
   * between, the photo is swept.
   * @returns what `claim` returns
   */
  async keep<T>(key: string, photo: Buffer, claim: () => Promise<T>): Promise<T> {
    this.#reserved.add(key);
    try {
      await this.#store.reserveObject(key);
      await this.#objects.put(key, photo);
      return await claim();
    } catch (error) {
      // Without its reservation the photo is like that of a deleted face.
      this.#reserved.delete(key);
      await this.run();
      throw error;
    } finally {
      this.#reserved.delete(key);
    }
  }

  /** Resolves when every photo that was pending at the call is deleted or logged as a failure; never rejects. */
  async run(): Promise<void> {
    await this.#lock.run('', async () => {
      try {
        const pending = await this.#store.pendingObjectDeletions();
        const keys = pending.filter((key) => !this.#reserved.has(key));
        for (let i = 0; i < keys.length; i += AT_ONCE) await this.#delete(keys.slice(i, i + AT_ONCE));
      } catch (error) {
        this.#fail(error);
      }
    });
  }

  /** Waits for the sweep under way and ends the trying. */
  async close(): Promise<void> {
    await this.#lock.idle();
    clearTimeout(this.#retry);
  }

  #fail(error: unknown): void {
    this.#logger.error({ err: error }, 'cannot delete photos of deleted faces; tried again in half a minute');
    this.#retry ??= setTimeout(() => {
      this.#retry = undefined;
      void this.run();
    }, RETRY_MS).unref();
  }

  async #delete(keys: string[]): Promise<void> {
    const results = await Promise.allSettled(keys.map((key) => this.#objects.delete(key)));
    await this.#store.objectsDeleted(keys.filter((_, i) => results[i]?.status === 'fulfilled'));
    for (const result of results) {
      if (result.status === 'rejected') this.#fail(result.reason);
    }
  }
}
