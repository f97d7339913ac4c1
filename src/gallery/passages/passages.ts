import { Passage } from './passage.js';

/** Passages in memory at most, of all tenants: some 25 MB at five embeddings each. The one unused longest goes first. */
const MAX_PASSAGES = 2_000;

/** Milliseconds without a look after which a passage is forgotten. */
const LIFE = 30_000;

/**
 * The passages that cameras follow now. They are state of this process alone, for seconds: with several servers behind a
 * balancer, a camera must stay with one of them.
 */
export class Passages {
  readonly #passages = new Map<string, { passage: Passage; at: number }>();

  /** @param key names tenant, key and collection, so that nobody can go on with the passage of another */
  of(key: string, now: number): Passage {
    const found = this.#passages.get(key);
    this.#passages.delete(key);
    const passage = found && now - found.at <= LIFE ? found.passage : new Passage();
    this.#passages.set(key, { passage, at: now });
    this.#forgetOld(now);
    return passage;
  }

  get size(): number {
    return this.#passages.size;
  }

  /** In the order in which they were used. */
  #forgetOld(now: number): void {
    for (const [key, { at }] of this.#passages) {
      if (now - at <= LIFE && this.#passages.size <= MAX_PASSAGES) return;
      this.#passages.delete(key);
    }
  }
}
