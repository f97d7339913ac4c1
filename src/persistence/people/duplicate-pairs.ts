import type { CollectionRef, User } from './people-store.js';

/**
 * Pairs of users who look like one person, found by a search through a whole collection, and what people said of them. A pair goes
 * with either user, and when a face of one of them is erased.
 *
 *   none ──start──▶ running ──progress──▶ running ──finish──▶ done ──start──▶ running
 */
export interface DuplicatePairs {
  /** Begins a search anew. Undefined for an unknown collection. */
  start(collection: CollectionRef): Promise<DuplicateScan | undefined>;

  /** The last search of a collection; undefined where there was none. */
  scan(collection: CollectionRef): Promise<DuplicateScan | undefined>;

  /** Searches that run, of all tenants. @param before of these, nobody has heard since */
  unattended(before: Date): Promise<DuplicateScan[]>;

  /**
   * Keeps what was found of some more people, and how far the search is.
   * @returns false when the search was begun anew, or its collection is gone; nothing is kept then
   */
  progress(scan: DuplicateScan, step: DuplicateStep): Promise<boolean>;

  /** Ends a search. Pairs that it did not find again are gone, but for the dismissed ones. */
  finish(scan: DuplicateScan): Promise<void>;

  /** The most similar first. */
  pairs(collection: CollectionRef, page: PairPage): Promise<{ total: number; pairs: DuplicatePair[] }>;

  /** Remembers that two users are two people, or forgets it. False when there is no such pair. */
  dismiss(collection: CollectionRef, ids: readonly [string, string], isDismissed: boolean): Promise<boolean>;
}

export interface DuplicateScan extends CollectionRef {
  collectionId: number;
  isRunning: boolean;
  /** People with smaller numbers have been looked at. */
  after: number;
  /** People who have been looked at, of about `total`. */
  done: number;
  total: number;
  startedAt: Date;
  finishedAt: Date | undefined;
}

export interface DuplicateStep {
  after: number;
  /** How many more. */
  done: number;
  /** Ids of two users each. */
  pairs: readonly { ids: readonly [string, string]; similarity: number }[];
}

export interface PairPage {
  /** Least similarity. */
  least: number;
  offset: number;
  limit: number;
  isDismissed: boolean;
}

export interface DuplicatePair {
  similarity: number;
  users: readonly [User, User];
}
