import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { PeopleStore } from '../../persistence/people/people-store.js';

/** How long what could not be erased waits for the next try, unless another deletion comes first. */
const RETRY_MS = 30_000;

/** After each part the store belongs to others for as long as the part took, and for so long at least. */
const REST_MS = 5;

/**
 * Erases the rows of deleted collections, in the background and in short transactions: with a million faces it takes about a
 * minute, and no other write waits for more than one part. Collections take turns. What a kill interrupts goes on at the next
 * start.
 */
export class CollectionSweep {
  readonly #store: Pick<PeopleStore, 'eraseDeleted'>;
  readonly #onPhotos: () => void;
  readonly #logger: Pick<Logger, 'error' | 'info'>;
  readonly #closing = new AbortController();
  #running: Promise<void> | undefined;
  #isAsked = false;
  #retry: NodeJS.Timeout | undefined;

  /** @param onPhotos told when photos of erased faces wait for their deletion */
  constructor(store: Pick<PeopleStore, 'eraseDeleted'>, onPhotos: () => void, logger: Pick<Logger, 'error' | 'info'>) {
    this.#store = store;
    this.#onPhotos = onPhotos;
    this.#logger = logger;
  }

  /** Begins, or goes on, until nothing is left. */
  start(): void {
    if (this.#closing.signal.aborted) return;
    this.#isAsked = true;
    this.#running ??= this.#run().finally(() => {
      this.#running = undefined;
      // Asked for in the moment in which it ended.
      if (this.#isAsked) this.start();
    });
  }

  /** Ends after the part under way. */
  async close(): Promise<void> {
    this.#closing.abort();
    clearTimeout(this.#retry);
    await this.#running;
  }

  async #run(): Promise<void> {
    this.#isAsked = false;
    try {
      let parts = 0;
      for (let after = 0; !this.#closing.signal.aborted; parts++) {
        const began = performance.now();
        const erased = await this.#store.eraseDeleted(after);
        if (!erased) break;
        if (erased.photos > 0) this.#onPhotos();
        after = erased.collectionId;
        const rest = Math.max(REST_MS, performance.now() - began);
        await delay(rest, undefined, { signal: this.#closing.signal }).catch(() => undefined);
      }
      if (parts > 1) this.#logger.info({ parts }, 'the rows of deleted collections are erased');
    } catch (err) {
      if (this.#closing.signal.aborted) return;
      this.#logger.error({ err }, 'cannot erase the rows of deleted collections; tried again in half a minute');
      this.#retry ??= setTimeout(() => {
        this.#retry = undefined;
        this.start();
      }, RETRY_MS).unref();
    }
  }
}
