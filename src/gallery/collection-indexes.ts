import type { Logger } from 'pino';
import type { IndexSource } from '../persistence/people/embedding-store.js';
import type { IndexWorkers } from '../vector-index/index-workers.js';
import type { VectorIndex } from '../vector-index/vector-index.js';
import { batchOf, followStore } from './follow-store.js';

export interface CollectionIndexesParts {
  store: IndexSource;
  workers: IndexWorkers;
  /** Name of the model whose faces are searched. */
  model: string;
  logger: Pick<Logger, 'error'>;
}

/**
 * The index of each collection, in the memory of another thread. It follows the store: what is stored has happened, whatever
 * the index does. One that fails is thrown away, and read anew from the store when it is needed.
 *
 * All but reads are called under the collection's lock, so that no face is deleted from the store while it is on its way
 * into the index.
 */
export class CollectionIndexes {
  readonly #store: IndexSource;
  readonly #workers: IndexWorkers;
  readonly #model: string;
  readonly #logger: CollectionIndexesParts['logger'];
  /** By the collection's number. */
  readonly #indexes = new Map<number, VectorIndex>();

  constructor({ store, workers, model, logger }: CollectionIndexesParts) {
    this.#store = store;
    this.#workers = workers;
    this.#model = model;
    this.#logger = logger;
  }

  get collections(): number {
    return this.#indexes.size;
  }

  /** Faces that searches look at now. */
  get faces(): number {
    return [...this.#indexes.values()].reduce((sum, index) => sum + index.size, 0);
  }

  /** That which is in memory. */
  get(collectionId: number): VectorIndex | undefined {
    return this.#indexes.get(collectionId);
  }

  /** That which is in memory, or else one read from the store. */
  async load(collectionId: number): Promise<VectorIndex> {
    const existing = this.#indexes.get(collectionId);
    if (existing) return existing;
    const index = await followStore({
      open: () => this.#workers.open(collectionId, this.#model),
      store: this.#store,
      collectionId,
      model: this.#model,
    });
    this.#indexes.set(collectionId, index);
    return index;
  }

  /** For a face just stored. */
  async add(collectionId: number, faceId: number, embedding: Float32Array): Promise<void> {
    await this.#follow(collectionId, async () => {
      const index = this.#indexes.get(collectionId);
      if (index) await index.add(batchOf([{ faceId, embedding }]));
      else await this.load(collectionId);
    });
  }

  /** For faces just stored that are known by their numbers. */
  async addStored(collectionId: number, faceIds: readonly number[]): Promise<void> {
    for (const { faceId, embedding } of await this.#store.embeddingsOf(faceIds, this.#model))
      await this.add(collectionId, faceId, embedding);
  }

  /** For faces just deleted from the store. */
  async remove(collectionId: number, faceIds: readonly number[]): Promise<void> {
    await this.#follow(collectionId, () => this.#indexes.get(collectionId)?.remove(faceIds));
  }

  /** For a collection just deleted. Resolves when neither memory nor what is kept of the index holds a face of it. */
  async erase(collectionId: number): Promise<void> {
    const index = this.#indexes.get(collectionId);
    this.#indexes.delete(collectionId);
    try {
      await index?.drop();
      this.#workers.removeKept(collectionId);
    } catch (err) {
      this.#logger.error({ err, collectionId }, 'cannot remove what is kept of the index of a deleted collection now');
    }
  }

  /** For a collection that the index may differ from: it is thrown away, and read from the store when it is needed. */
  readAnew(collectionId: number): void {
    const index = this.#indexes.get(collectionId);
    this.#indexes.delete(collectionId);
    // One that cannot answer any more has died with its thread, and its memory with it.
    index?.drop().catch(() => undefined);
  }

  /** For one that rejected with an IndexLostError. */
  forgetLost(index: VectorIndex | undefined): void {
    for (const [collectionId, current] of this.#indexes) if (current === index) this.#indexes.delete(collectionId);
  }

  clear(): void {
    this.#indexes.clear();
  }

  async #follow(collectionId: number, work: () => Promise<void> | undefined): Promise<void> {
    try {
      await work();
    } catch (err) {
      this.#logger.error({ err, collectionId }, 'the index of a collection failed; it is read anew from the store');
      this.readAnew(collectionId);
    }
  }
}
