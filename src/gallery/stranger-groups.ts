import type { EmbeddingStore } from '../persistence/people/embedding-store.js';
import type { CollectionRef } from '../persistence/people/people-store.js';
import type { StrangerStore } from '../persistence/people/strangers.js';
import type { SimilarPeople, StrangerGroup, StrangerGroups } from './lookalikes.js';

/** StrangerStore who are looked at: one search each. */
const MAX_STRANGERS = 500;

/** People who are compared with each. */
const NEIGHBOURS = 10;

/** StrangerStore whose faces are read at a time. */
const PEOPLE_READ = 50;

export interface StrangerGroupParts {
  store: Pick<EmbeddingStore, 'newestFaces'> & { readonly strangers: StrangerStore };
  gallery: SimilarPeople;
  /** Name of the model whose faces are compared. */
  model: string;
}

/**
 * Groups the users whom searches created, where one of two is among the most similar people to the other: those who are joined
 * by such pairs are one group.
 * @param least similarity of a pair
 * @returns the largest group first, then the one with the newest stranger
 */
export async function groupStrangers(
  { store, gallery, model }: StrangerGroupParts,
  collection: CollectionRef,
  least: number,
  signal: AbortSignal,
): Promise<StrangerGroups> {
  const { total, strangers } = await store.strangers.list(collection, MAX_STRANGERS);
  const places = new Map(strangers.map(({ id }, i) => [id, i]));
  const parents = strangers.map((_, i) => i);
  const rootOf = (i: number): number => {
    let root = i;
    while (parents[root] !== root) root = parents[root] as number;
    return root;
  };
  const seen = new Map<number, { faceId: number; faces: number }>();
  for (let i = 0; i < strangers.length; i += PEOPLE_READ) {
    for (const { personId, faces } of await store.newestFaces(strangers.slice(i, i + PEOPLE_READ), model)) {
      signal.throwIfAborted();
      const newest = faces.at(-1);
      const own = strangers.findIndex((stranger) => stranger.personId === personId);
      if (!newest || own < 0) continue;
      seen.set(personId, { faceId: newest.faceId, faces: faces.length });
      for (const { id, similarity } of await gallery.candidates(collection, newest.embedding, NEIGHBOURS)) {
        const other = places.get(id);
        if (other !== undefined && similarity >= least) parents[rootOf(own)] = rootOf(other);
      }
    }
  }
  const groups = new Map<number, StrangerGroup>();
  for (const [i, stranger] of strangers.entries()) {
    const group = groups.get(rootOf(i)) ?? { strangers: [] };
    const { faceId, faces = 0 } = seen.get(stranger.personId) ?? { faceId: undefined };
    group.strangers.push({ ...stranger, faceId, faces });
    groups.set(rootOf(i), group);
  }
  const sorted = [...groups.values()].sort((p, q) => q.strangers.length - p.strangers.length);
  return { total, isPartial: total > strangers.length, groups: sorted };
}
