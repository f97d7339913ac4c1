import { statSync } from 'node:fs';
import type { Database, Transaction } from '../../sqlite.js';
import { asStoreError, StoreError } from '../../store-error.js';
import { LogTruncation } from './log-truncation.js';

/**
 * How the store talks to its database: errors of the disk become a StoreError, and nothing has changed then.
 * Once damage was seen, reads go on where they can and writes are refused: each could damage more.
 */
export class GuardedDatabase {
  readonly #db: Database;
  readonly #subject: string;
  /** Undefined where nothing is written. */
  readonly #log: LogTruncation | undefined;
  readonly #transaction: Transaction<(work: () => unknown) => unknown>;
  /** Number of the file that is open. */
  readonly #inode: number;
  #damage: StoreError | undefined;

  /** @param onErasureDelayed told when erased rows cannot leave the write-ahead log yet; it is tried again */
  constructor(db: Database, onErasureDelayed: (error: unknown) => void) {
    this.#transaction = db.transaction((work) => work());
    this.#db = db;
    this.#subject = `The database ${db.name}`;
    this.#inode = statSync(db.name).ino;
    if (db.readonly) return;
    this.#log = new LogTruncation(db, (error) => onErasureDelayed(this.#translate(error)));
    // An earlier process may have died between an erasure and the end of its traces.
    this.#log.soon();
  }

  /**
   * One snapshot: what several statements read belongs together, whatever other threads and processes write meanwhile.
   * @throws StoreError
   */
  read<T>(work: () => T): T {
    return this.#translating(() => (this.#db.inTransaction ? work() : (this.#transaction.deferred(work) as T)));
  }

  #translating<T>(work: () => T): T {
    try {
      return work();
    } catch (error) {
      throw this.#translate(error);
    }
  }

  /**
   * One transaction. Takes the write lock at the start: one that reads first and locks later can fail half-way.
   * @throws StoreError
   */
  write<T>(work: () => T): T {
    this.assertSound();
    return this.#translating(() => this.#transaction.immediate(work) as T);
  }

  /**
   * Several writes in one transaction, so that the disk confirms them once. One that fails is undone alone. Where the whole
   * transaction fails, nothing of it has happened, and each is done for itself.
   * @param works each ends its writing before it waits for anything
   * @returns what each of them returned; to be told when this has returned: all of it is durable then
   */
  together(works: Iterable<() => Promise<unknown>>): Promise<unknown>[] {
    const begun: (() => Promise<unknown>)[] = [];
    let outcomes: Promise<unknown>[] = [];
    try {
      this.write(() => {
        for (const work of works) {
          begun.push(work);
          outcomes.push(handled(work()));
          // SQLite has undone all of it, such as when the disk is full.
          if (!this.#db.inTransaction) throw new Error('The transaction was undone');
        }
      });
    } catch (error) {
      // It has not begun.
      if (begun.length === 0) begun.push(...works);
      // Each would wait as long for the other process.
      const isBusy = error instanceof StoreError && error.trouble === 'busy';
      outcomes = begun.map((work) => handled(isBusy ? Promise.reject(error) : work()));
    }
    return outcomes;
  }

  /** What was deleted or overwritten until now leaves the write-ahead log within a bounded time. */
  forgetSoon(): void {
    this.#log?.soon();
  }

  /** @throws StoreError when damage was seen, or the file is no longer where it was opened */
  assertSound(): void {
    if (this.#damage) throw this.#damage;
    this.#assertInPlace();
  }

  /** SQLite would go on writing to a file that has lost its name, and all of it would be gone with the process. */
  #assertInPlace(): void {
    const found = statSync(this.#db.name, { throwIfNoEntry: false });
    if (found?.ino === this.#inode) return;
    const detail = 'the file was removed or replaced while it was open; put it back, or restart the server';
    throw new StoreError('no-file', this.#subject, { detail });
  }

  close(): void {
    this.#log?.stop();
    this.#db.close();
  }

  #translate(error: unknown): unknown {
    const known = asStoreError(error, this.#subject);
    if (known instanceof StoreError && known.trouble === 'damaged') this.#damage ??= known;
    return known;
  }
}

/** Somebody looks at it later. */
function handled<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => undefined);
  return promise;
}
