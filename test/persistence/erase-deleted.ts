import type { PeopleStore } from '../../src/persistence/people/people-store.js';

/** Erases what is left of deleted collections. @returns of which collection each part was */
export async function eraseDeleted(store: Pick<PeopleStore, 'eraseDeleted'>): Promise<number[]> {
  const parts: number[] = [];
  for (let part = await store.eraseDeleted(0); part; part = await store.eraseDeleted(part.collectionId)) {
    parts.push(part.collectionId);
  }
  return parts;
}
