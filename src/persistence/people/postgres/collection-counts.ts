import type { RunQuery } from './database.js';

/** Rows that the counts of one collection are spread over. */
const SLOTS = 16;

/** What users are counted under; faces are under the name of their model. */
const USERS = '';

/**
 * How a transaction changes the counts of collections. They are written at its end: what another transaction may wait for is held
 * for as long as the commit takes, and always taken last.
 */
export class CountChanges {
  readonly #changes = new Map<number, Map<string, number>>();

  users(collectionId: number, more: number): void {
    this.faces(collectionId, USERS, more);
  }

  faces(collectionId: number, model: string, more: number): void {
    const ofCollection = this.#changes.get(collectionId) ?? new Map<string, number>();
    ofCollection.set(model, (ofCollection.get(model) ?? 0) + more);
    this.#changes.set(collectionId, ofCollection);
  }

  /** Its counts go with it. */
  collectionDeleted(collectionId: number): void {
    this.#changes.delete(collectionId);
  }

  /** The last statement of the transaction. */
  async write(run: RunQuery): Promise<void> {
    const changes = [...this.#changes].flatMap(([collectionId, byModel]) =>
      [...byModel].flatMap(([model, more]) => (more === 0 ? [] : [{ collectionId, model, more }])),
    );
    this.#changes.clear();
    if (changes.length === 0) return;
    // In one order, so that two transactions of one slot never wait for each other.
    await run(
      `INSERT INTO collection_counts (collection_id, model, slot, amount)
       SELECT collection_id, model, pg_backend_pid() % ${SLOTS}, more
       FROM unnest($1::bigint[], $2::text[], $3::bigint[]) AS changes (collection_id, model, more)
       ORDER BY collection_id, model COLLATE "C"
       ON CONFLICT (collection_id, model, slot) DO UPDATE SET amount = collection_counts.amount + excluded.amount`,
      [
        changes.map(({ collectionId }) => collectionId),
        changes.map(({ model }) => model),
        changes.map(({ more }) => more),
      ],
    );
  }
}
