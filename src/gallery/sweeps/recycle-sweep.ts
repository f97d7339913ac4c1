import type { Logger } from 'pino';
import type { PeopleChanges } from '../../persistence/people/people-changes.js';

/** How often it is looked whether somebody's time is over. */
const EVERY_MS = 10_000;

export interface RecycleSweepParts {
  changes: Pick<PeopleChanges, 'eraseRecycled'>;
  /** Deletes the photos that are pending. */
  sweepPhotos: () => Promise<void>;
  logger: Pick<Logger, 'error'>;
}

/** Erases the deleted people who can no longer be brought back: at the start, and soon after their time is over. */
export class RecycleSweep {
  readonly #parts: RecycleSweepParts;
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> = Promise.resolve();

  constructor(parts: RecycleSweepParts) {
    this.#parts = parts;
  }

  /** Resolves when everybody is erased whose time is over already. */
  open(): Promise<void> {
    this.#timer = setInterval(() => {
      this.#running = this.#running.then(() => this.run());
    }, EVERY_MS).unref();
    return this.run();
  }

  /** Never rejects: what fails is tried again. */
  async run(): Promise<void> {
    const { changes, sweepPhotos, logger } = this.#parts;
    try {
      if ((await changes.eraseRecycled(new Date())) > 0) await sweepPhotos();
    } catch (err) {
      logger.error({ err }, 'cannot erase deleted people whose time is over; tried again in ten seconds');
    }
  }

  /** Waits for the sweep under way. */
  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.#running;
  }
}
