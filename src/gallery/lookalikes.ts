import type { DuplicatePair, DuplicateScan, PairPage } from '../persistence/people/duplicate-pairs.js';
import type { CollectionRef } from '../persistence/people/people-store.js';
import type { Stranger } from '../persistence/people/strangers.js';

/** Users who may be one person: pairs in a whole collection, and strangers in groups. */
export interface Lookalikes {
  /** Begins to look for pairs, in the background. Undefined for an unknown collection. */
  start(collection: CollectionRef): Promise<DuplicateScan | undefined>;
  /** How far the last search is; undefined where there was none. */
  scan(collection: CollectionRef): Promise<DuplicateScan | undefined>;
  /** What was found until now, the most similar first. */
  pairs(collection: CollectionRef, page: PairPage): Promise<{ total: number; pairs: DuplicatePair[] }>;
  /** Remembers that two users are two people, or forgets it. False when there is no such pair. */
  dismiss(collection: CollectionRef, ids: readonly [string, string], isDismissed: boolean): Promise<boolean>;
  /** @param least similarity of two strangers who are grouped */
  strangers(collection: CollectionRef, least: number, signal: AbortSignal): Promise<StrangerGroups>;
  open(): void;
  close(): Promise<void>;
}

/** What of a gallery finds the most similar people. */
export interface SimilarPeople {
  candidates(
    collection: CollectionRef,
    embedding: Float32Array,
    k: number,
  ): Promise<readonly { id: string; similarity: number }[]>;
}

export interface StrangerGroups {
  /** Strangers in the collection; of more than are looked at, the newest. */
  total: number;
  isPartial: boolean;
  groups: StrangerGroup[];
}

/** Strangers who look like one person; each with the newest face. */
export interface StrangerGroup {
  strangers: (Stranger & { faceId: number | undefined; faces: number })[];
}
