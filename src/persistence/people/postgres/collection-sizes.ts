import type { RunQuery } from './database.js';

/** Up to so many faces a search compares all of them: exact, and not much slower than the graph. */
const FACES_COMPARED = 10_000;

/** How long a collection counts as large or small. An answer that is too old costs time, never a face. */
const KEPT_MS = 60_000;

/** Collections known at a time; then all are asked anew. */
const MAX_KNOWN = 10_000;

/** Which collections are so large that a search should use the graph. */
export class CollectionSizes {
  readonly #known = new Map<string, { large: boolean; until: number }>();

  async isLarge(run: RunQuery, collectionId: number, model: string): Promise<boolean> {
    const key = `${collectionId} ${model}`;
    const known = this.#known.get(key);
    if (known && known.until > Date.now()) return known.large;
    const [row] = await run<{ faces: number }>(
      `SELECT coalesce(sum(amount), 0)::bigint AS faces FROM collection_counts WHERE collection_id = $1 AND model = $2`,
      [collectionId, model],
    );
    const large = (row?.faces ?? 0) > FACES_COMPARED;
    if (this.#known.size >= MAX_KNOWN) this.#known.clear();
    this.#known.set(key, { large, until: Date.now() + KEPT_MS });
    return large;
  }
}
