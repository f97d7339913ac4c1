import type { Logger } from 'pino';
import type { CollectionRef, PeopleStore } from '../../persistence/people/people-store.js';
import type { Gallery } from '../gallery.js';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

export interface RetentionParts {
  store: Pick<PeopleStore, 'listAutoCreatedBefore'>;
  gallery: Pick<Gallery, 'deleteAutoCreatedBefore'>;
  /** How long an auto-created user is kept. */
  days: number;
  /** Told of each user that was erased. */
  onErased: (collection: CollectionRef, userId: string) => void;
  logger: Pick<Logger, 'info' | 'error'>;
}

/** Erases the users whom searches created too long ago: now, and every hour. */
export class RetentionSweep {
  readonly #parts: RetentionParts;
  readonly #timer: NodeJS.Timeout;
  #isClosing = false;
  #running: Promise<void>;

  constructor(parts: RetentionParts) {
    this.#parts = parts;
    this.#running = this.#run();
    this.#timer = setInterval(() => {
      this.#running = this.#running.then(() => this.#run());
    }, HOUR_MS).unref();
  }

  /** Ends the sweep under way after its user, and all later ones. */
  async close(): Promise<void> {
    clearInterval(this.#timer);
    this.#isClosing = true;
    await this.#running;
  }

  /** Logs how many, never whom. What fails is tried again in an hour. */
  async #run(): Promise<void> {
    const { days, logger } = this.#parts;
    let erased = 0;
    try {
      for await (const _ of this.#erase(new Date(Date.now() - days * DAY_MS))) erased++;
    } catch (err) {
      logger.error({ err, days }, 'cannot erase users whose time is over; tried again in an hour');
    }
    if (erased > 0) logger.info({ erased, days }, 'users whose time was over are erased');
  }

  async *#erase(time: Date): AsyncIterable<void> {
    const { store, gallery, onErased } = this.#parts;
    for (;;) {
      const users = await store.listAutoCreatedBefore(time);
      if (users.length === 0) return;
      for (const { userId, ...collection } of users) {
        if (this.#isClosing) return;
        if (!(await gallery.deleteAutoCreatedBefore(time, collection, userId))) continue;
        onErased(collection, userId);
        yield;
      }
    }
  }
}
