import type { PhotoOutbox } from '../../src/persistence/photos/photo-outbox.js';

/** Keys of all photos that are to be deleted, in their order. */
export async function pendingKeys(store: Pick<PhotoOutbox, 'pendingObjectDeletions'>): Promise<string[]> {
  const pending = await store.pendingObjectDeletions(1_000_000, new Map());
  return pending.flatMap(({ keys }) => keys).sort();
}
