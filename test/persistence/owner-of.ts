import { EMBEDDING_LENGTH } from '../../src/core/embedding.js';
import type { IndexSource } from '../../src/persistence/people/embedding-store.js';
import type { User } from '../../src/persistence/people/people-store.js';

/** Whose face it is, if it is there. */
export async function ownerOf(store: IndexSource, faceId: number | undefined, model = 'm1'): Promise<User | undefined> {
  const [owner] = await store.ownersOf([faceId ?? 0], { model, cohort: 'none' }, new Float32Array(EMBEDDING_LENGTH));
  return owner?.user;
}
