import { randomUUID } from 'node:crypto';
import type { Logger } from 'pino';
import type { ObjectStore } from '../../persistence/photos/object-store.js';
import type { PhotoOutbox } from '../../persistence/photos/photo-outbox.js';
import { StoreError } from '../../persistence/store-error.js';
import { KeyedLock } from '../keyed-lock.js';

/** Photos deleted at the same time: a deletion waits for the disk, not for the processor. */
const AT_ONCE = 8;

/** How long a photo that could not be deleted waits for the next try, unless another deletion comes first. */
const RETRY_MS = 30_000;

/** The key of a photo that is about to be kept: random, so that it tells nothing and belongs to one face only. */
export function newObjectKey(): string {
  return `faces/${randomUUID()}`;
}

/** The key of the small picture that is made of a photo; undefined for what is none. It lives no longer than the photo. */
export function portraitKeyOf(objectKey: string): string | undefined {
  return objectKey.startsWith('faces/') ? objectKey.replace(/^faces/, 'portraits') : undefined;
}

/**
 * Deletes the photos that the store lists as pending. A photo that cannot be deleted now stays on the list and is
 * tried again.
 */
export class PhotoSweep {
  readonly #outbox: PhotoOutbox;
  readonly #objects: ObjectStore;
  readonly #logger: Pick<Logger, 'error'>;
  readonly #lock = new KeyedLock();
  /** Photos of people who are being added: on the list until their row is stored, and not to be swept. */
  readonly #reserved = new Set<string>();
  #retry: NodeJS.Timeout | undefined;
  /** The sweep that has not begun: it serves all who ask for one meanwhile. */
  #next: Promise<void> | undefined;

  constructor(outbox: PhotoOutbox, objects: ObjectStore, logger: Pick<Logger, 'error'>) {
    this.#outbox = outbox;
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
      await this.#outbox.reserveObject(key);
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

  /** As `keep`, under a new key; without a photo `claim` stores a row that names none. */
  keepIfAny<T>(photo: Buffer | undefined, claim: (kept: { objectKey?: string }) => Promise<T>): Promise<T> {
    if (!photo) return claim({});
    const objectKey = newObjectKey();
    return this.keep(objectKey, photo, () => claim({ objectKey }));
  }

  /** Resolves when every photo that was pending at the call is deleted or logged as a failure; never rejects. */
  run(): Promise<void> {
    this.#next ??= this.#lock.run('', async () => {
      this.#next = undefined;
      try {
        const pending = await this.#outbox.pendingObjectDeletions();
        const keys = pending.filter((key) => !this.#reserved.has(key));
        for (let i = 0; i < keys.length; i += AT_ONCE) {
          const isAway = await this.#delete(keys.slice(i, i + AT_ONCE));
          // A caller that waits for this sweep must not wait for each of thousands to fail.
          if (isAway) return;
        }
      } catch (error) {
        this.#fail(error);
      }
    });
    return this.#next;
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

  /** @returns whether the object store does not answer */
  async #delete(keys: string[]): Promise<boolean> {
    const results = await Promise.allSettled(keys.map((key) => this.#deleteOne(key)));
    await this.#outbox.objectsDeleted(keys.filter((_, i) => results[i]?.status === 'fulfilled'));
    const failures = results.flatMap((result) => (result.status === 'rejected' ? [result.reason] : []));
    for (const error of failures) this.#fail(error);
    return failures.some((error) => error instanceof StoreError && error.isOutage);
  }

  async #deleteOne(key: string): Promise<void> {
    const portrait = portraitKeyOf(key);
    if (portrait !== undefined) await this.#objects.delete(portrait);
    await this.#objects.delete(key);
  }
}
