import type { IndexSource, StoredEmbedding } from '../persistence/people/embedding-store.js';
import type { FaceBatch, VectorIndex } from '../vector-index/vector-index.js';

/** Faces read and handed over at a time. */
const PAGE = 500;

/**
 * Kept faces that are compared with the store's. Numbers of faces are never used twice, unless the database
 * went back in time (a copy was put in its place) and went on from there: then the newest ones differ.
 */
const COMPARED = 16;

export interface StoreFollower {
  /** Opens the index, from what is kept of it. */
  open: () => Promise<{ index: VectorIndex; faceIds: Float64Array }>;
  store: IndexSource;
  collectionId: number;
  model: string;
}

/** Opens an index and brings it to the state of the store. Nothing may write to the collection meanwhile. */
export async function followStore({ open, store, collectionId, model }: StoreFollower): Promise<VectorIndex> {
  let { index, faceIds: held } = await open();
  try {
    if (held.length > 0 && !(await replay(index, held, { store, collectionId, model }))) {
      await index.drop();
      ({ index, faceIds: held } = await open());
    }
    if (held.length === 0) {
      for await (const page of store.facesOf(collectionId, model)) await index.add(batchOf(page));
    }
    return index;
  } catch (error) {
    await index.drop().catch(() => undefined);
    throw error;
  }
}

/** The faces for an index, in buffers of their own that may be handed to another thread. */
export function batchOf(faces: readonly StoredEmbedding[]): FaceBatch {
  const length = faces[0]?.embedding.length ?? 0;
  const embeddings = new Float32Array(faces.length * length);
  for (const [i, { embedding }] of faces.entries()) embeddings.set(embedding, i * length);
  return {
    faceIds: Float64Array.from(faces, ({ faceId }) => faceId),
    embeddings,
  };
}

/**
 * Removes the faces that are gone from the store and adds those that came.
 * @returns false when the index holds another history of the store
 */
async function replay(
  index: VectorIndex,
  held: Float64Array,
  { store, collectionId, model }: Omit<StoreFollower, 'open'>,
): Promise<boolean> {
  const stored = await store.faceIdsOf(collectionId, model);
  held.sort();
  const { gone, came } = differences(held, stored);
  await index.remove(gone);
  const missing = new Set(came);
  const newest = stored.filter((faceId) => !missing.has(faceId)).slice(-COMPARED);
  const faces = await store.embeddingsOf([...newest], model);
  if (!(await index.holds(batchOf(faces)))) return false;
  for (let i = 0; i < came.length; i += PAGE) {
    const page = await store.embeddingsOf(came.slice(i, i + PAGE), model);
    await index.add(batchOf(page));
  }
  return true;
}

/** @param held and stored both ascending */
function differences(held: Float64Array, stored: Float64Array): { gone: number[]; came: number[] } {
  const gone: number[] = [];
  const came: number[] = [];
  let h = 0;
  let s = 0;
  while (h < held.length || s < stored.length) {
    const a = held[h] ?? Number.POSITIVE_INFINITY;
    const b = stored[s] ?? Number.POSITIVE_INFINITY;
    if (a < b) gone.push(a);
    if (b < a) came.push(b);
    if (a <= b) h++;
    if (b <= a) s++;
  }
  return { gone, came };
}
