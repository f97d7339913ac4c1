import type { Database } from '../../sqlite.js';

/** From an erasure to the end of its traces in the write-ahead log. Long enough to serve many erasures at once. */
const DELAY_MS = 1_000;

/**
 * How long it waits for readers. One second later it tries again; and once the log has been moved into the database, new
 * readers do not need it any more, so that it waits only for those that have begun before.
 */
const PATIENCE_MS = 50;

/**
 * Erased rows are overwritten in the database, but the write-ahead log still holds the pages as they were. Moving the
 * log into the database and cutting it to nothing ends that: about 20 ms for a log at its usual most, 8 MB.
 */
export class LogTruncation {
  readonly #db: Database;
  readonly #onFailure: (error: unknown) => void;
  #timer: NodeJS.Timeout | undefined;
  #failing = false;

  /** @param onFailure told of the first of several failures in a row; it is tried again until it succeeds */
  constructor(db: Database, onFailure: (error: unknown) => void) {
    this.#db = db;
    this.#onFailure = onFailure;
  }

  /** Within a second; as long as another process reads or the disk refuses, every second again. */
  soon(): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      if (!this.#truncate()) this.soon();
    }, DELAY_MS).unref();
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  #truncate(): boolean {
    try {
      // The busy timeout would hold up writes for as long as another process reads.
      const timeout = Number(this.#db.pragma('busy_timeout', { simple: true }));
      this.#db.pragma(`busy_timeout = ${PATIENCE_MS}`);
      try {
        const [{ busy }] = this.#db.pragma('wal_checkpoint(TRUNCATE)') as [{ busy: number }];
        this.#failing = false;
        return busy === 0;
      } finally {
        this.#db.pragma(`busy_timeout = ${timeout}`);
      }
    } catch (error) {
      if (!this.#failing) this.#onFailure(error);
      this.#failing = true;
      return false;
    }
  }
}
