import { randomUUID } from 'node:crypto';
import type { Logger } from 'pino';
import type { ObjectStore } from '../../persistence/photos/object-store.js';
import type { PhotoOutbox } from '../../persistence/photos/photo-outbox.js';
import { StoreError } from '../../persistence/store-error.js';

/** Photos deleted at the same time: a deletion waits for the disk, not for the processor. */
const AT_ONCE = 8;

/** Photos of a tenant that are deleted before it is the next tenant's turn. */
const TURN = 32;

/** How long a photo that could not be deleted waits for the next try, unless another deletion comes first. */
const RETRY_MS = 30_000;

/** The key of a photo that is about to be kept: random, so that it tells nothing and belongs to one face only. */
export function newObjectKey(): string {
  return `faces/${randomUUID()}`;
}

/**
 * Deletes the photos that the store lists as pending, in the background: nobody waits for it. Tenants take turns, so that the
 * photos of one do not wait for the thousands of another. A photo that cannot be deleted now stays on the list and is tried
 * again; what a kill interrupts goes on at the next start.
 */
export class PhotoSweep {
  readonly #outbox: PhotoOutbox;
  readonly #objects: ObjectStore;
  readonly #logger: Pick<Logger, 'error'>;
  /** Photos of people who are being added: on the list until their row is stored, and not to be swept. */
  readonly #reserved = new Set<string>();
  #retry: NodeJS.Timeout | undefined;
  #running: Promise<void> | undefined;
  /** Since the sweep under way began; what came since may lie before the place that it has reached. */
  #isAsked = false;
  #isClosing = false;

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
      this.start();
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

  /** Deletes what is pending, soon. */
  start(): void {
    if (this.#isClosing) return;
    this.#isAsked = true;
    this.#running ??= this.#run().finally(() => {
      this.#running = undefined;
      // Asked for in the moment in which it ended.
      if (this.#isAsked) this.start();
    });
  }

  /** Ends after the photos that are being deleted, and ends the trying. */
  async close(): Promise<void> {
    this.#isClosing = true;
    clearTimeout(this.#retry);
    await this.#running;
  }

  async #run(): Promise<void> {
    try {
      while (this.#isAsked && !this.#isClosing) {
        this.#isAsked = false;
        if (await this.#sweep()) return;
      }
    } catch (error) {
      this.#fail(error);
    } finally {
      if (this.#isClosing) this.#isAsked = false;
    }
  }

  /** Once through the list. @returns whether the object store does not answer */
  async #sweep(): Promise<boolean> {
    const after = new Map<number, string>();
    while (!this.#isClosing) {
      const turns = await this.#outbox.pendingObjectDeletions(TURN, after);
      if (turns.length === 0) return false;
      for (const { tenantId, keys } of turns) {
        const last = keys.at(-1);
        if (last !== undefined) after.set(tenantId, last);
        // Of thousands that would fail only the first are tried.
        if (await this.#delete(keys.filter((key) => !this.#reserved.has(key)))) return true;
        if (this.#isClosing) break;
      }
    }
    return false;
  }

  #fail(error: unknown): void {
    this.#logger.error({ err: error }, 'cannot delete photos of deleted faces; tried again in half a minute');
    if (this.#isClosing) return;
    this.#retry ??= setTimeout(() => {
      this.#retry = undefined;
      this.start();
    }, RETRY_MS).unref();
  }

  /** @returns whether the object store does not answer */
  async #delete(keys: readonly string[]): Promise<boolean> {
    const deleted: string[] = [];
    let isAway = false;
    for (let i = 0; i < keys.length && !isAway; i += AT_ONCE) {
      const some = keys.slice(i, i + AT_ONCE);
      const results = await Promise.allSettled(some.map((key) => this.#objects.delete(key)));
      for (const [j, result] of results.entries()) {
        if (result.status === 'fulfilled') deleted.push(some[j] as string);
        else {
          this.#fail(result.reason);
          isAway ||= result.reason instanceof StoreError && result.reason.isOutage;
        }
      }
    }
    if (deleted.length > 0) await this.#outbox.objectsDeleted(deleted);
    return isAway;
  }
}
