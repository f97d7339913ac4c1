import type { IndexedStore, User } from '../../src/persistence/store.js';

/** Whose face it is, if it is there. */
export async function ownerOf(
  store: IndexedStore,
  faceId: number | undefined,
  model = 'm1',
): Promise<User | undefined> {
  const [owner] = await store.ownersOf([faceId ?? 0], { model, cohort: 'none' });
  return owner?.user;
}
