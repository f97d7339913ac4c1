import type { Logger } from 'pino';
import type { DuplicatePairs, DuplicateScan } from '../persistence/people/duplicate-pairs.js';
import type { EmbeddingStore } from '../persistence/people/embedding-store.js';
import type { CollectionRef } from '../persistence/people/people-store.js';
import type { SimilarPeople } from './lookalikes.js';
import { Pace } from './pace.js';

/** Pairs from this similarity on are kept; who looks at them asks for more. */
export const LEAST_SIMILARITY = 0.8;

/** Users who are compared with each person: of more than so many, a merge of the first finds the rest. */
const NEIGHBOURS = 6;

/** People who are looked at in one transaction. */
const PEOPLE_READ = 20;

/** A search that nobody has heard of for so long has lost its server. */
const LOST_MS = 60_000;
const LOOK_EVERY_MS = 30_000;

export interface DuplicateSearchParts {
  store: Pick<EmbeddingStore, 'peopleWithFaces' | 'newestFaces'> & { readonly pairs: DuplicatePairs };
  gallery: SimilarPeople;
  /** Name of the model whose faces are compared. */
  model: string;
  /** Other servers use the same store, and may run a search. */
  isShared: boolean;
  logger: Pick<Logger, 'info' | 'warn'>;
}

/**
 * Looks for users who are one person, through a whole collection in the background: the newest face of each is searched for as by
 * a client, at a pace that leaves the server to those. How far it is, lies in the store, so that it goes on after a restart, and
 * on another server where this one is lost.
 */
export class DuplicateSearch {
  readonly #parts: DuplicateSearchParts;
  readonly #closing = new AbortController();
  readonly #pace = new Pace(this.#closing.signal);
  /** By the number of the collection. */
  readonly #running = new Map<number, Promise<void>>();
  #timer: NodeJS.Timeout | undefined;

  constructor(parts: DuplicateSearchParts) {
    this.#parts = parts;
  }

  /** Goes on with searches that a restart has ended, now and whenever another server is lost. */
  open(): void {
    const resume = (lostMs: number) => {
      this.#resume(new Date(Date.now() - lostMs)).catch((err) =>
        this.#parts.logger.warn({ err }, 'searches for duplicates cannot go on now; tried again in half a minute'),
      );
    };
    // One server alone knows that nobody else runs them.
    resume(this.#parts.isShared ? LOST_MS : -LOST_MS);
    this.#timer = setInterval(() => resume(LOST_MS), LOOK_EVERY_MS).unref();
  }

  /** Begins a search, also in place of one that runs. Undefined for an unknown collection. */
  async start(collection: CollectionRef): Promise<DuplicateScan | undefined> {
    const scan = await this.#parts.store.pairs.start(collection);
    if (scan) this.#run(scan);
    return scan;
  }

  /** What is not done goes on when a server opens again. */
  async close(): Promise<void> {
    clearInterval(this.#timer);
    this.#closing.abort();
    await Promise.all(this.#running.values());
  }

  async #resume(before: Date): Promise<void> {
    for (const scan of await this.#parts.store.pairs.unattended(before)) {
      if (!this.#running.has(scan.collectionId)) this.#run(scan);
    }
  }

  #run(scan: DuplicateScan): void {
    // After the one that it takes the place of, which ends at its next step.
    const before = this.#running.get(scan.collectionId);
    const running = (async () => {
      await before;
      await this.#search(scan);
    })()
      .catch((err) =>
        this.#parts.logger.warn(
          { err, collectionId: scan.collectionId },
          'a search for duplicates has stopped; it goes on later',
        ),
      )
      .finally(() => {
        if (this.#running.get(scan.collectionId) === running) this.#running.delete(scan.collectionId);
      });
    this.#running.set(scan.collectionId, running);
  }

  async #search(scan: DuplicateScan): Promise<void> {
    const { store, gallery, model, logger } = this.#parts;
    for (let { after } = scan; !this.#pace.isOver; ) {
      const people = await store.peopleWithFaces(scan.collectionId, model, after, PEOPLE_READ);
      const last = people.at(-1);
      if (!last) {
        await store.pairs.finish(scan);
        logger.info({ collectionId: scan.collectionId }, 'a search for duplicates is done');
        return;
      }
      const newest = new Map(
        (await store.newestFaces(people, model)).map(({ personId, faces }) => [personId, faces.at(-1)?.embedding]),
      );
      const pairs: { ids: readonly [string, string]; similarity: number }[] = [];
      for (const { personId, user } of people) {
        const embedding = newest.get(personId);
        if (!embedding) continue;
        for (const { id, similarity } of await gallery.candidates(scan, embedding, NEIGHBOURS)) {
          if (id !== user.id && similarity >= LEAST_SIMILARITY) pairs.push({ ids: [user.id, id], similarity });
        }
        await this.#pace.pause();
        if (this.#pace.isOver) return;
      }
      after = last.personId;
      if (!(await store.pairs.progress(scan, { after, done: people.length, pairs }))) return;
    }
  }
}
