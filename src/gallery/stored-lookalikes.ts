import type { DuplicatePair, DuplicateScan, PairPage } from '../persistence/people/duplicate-pairs.js';
import type { CollectionRef } from '../persistence/people/people-store.js';
import { DuplicateSearch, type DuplicateSearchParts } from './duplicate-search.js';
import type { Lookalikes, StrangerGroups } from './lookalikes.js';
import { groupStrangers, type StrangerGroupParts } from './stranger-groups.js';

export type LookalikesParts = DuplicateSearchParts & StrangerGroupParts;

/** See Lookalikes; over a store. */
export class StoredLookalikes implements Lookalikes {
  readonly #parts: LookalikesParts;
  readonly #search: DuplicateSearch;

  constructor(parts: LookalikesParts) {
    this.#parts = parts;
    this.#search = new DuplicateSearch(parts);
  }

  start(collection: CollectionRef): Promise<DuplicateScan | undefined> {
    return this.#search.start(collection);
  }

  scan(collection: CollectionRef): Promise<DuplicateScan | undefined> {
    return this.#parts.store.pairs.scan(collection);
  }

  pairs(collection: CollectionRef, page: PairPage): Promise<{ total: number; pairs: DuplicatePair[] }> {
    return this.#parts.store.pairs.pairs(collection, page);
  }

  dismiss(collection: CollectionRef, ids: readonly [string, string], isDismissed: boolean): Promise<boolean> {
    return this.#parts.store.pairs.dismiss(collection, ids, isDismissed);
  }

  strangers(collection: CollectionRef, least: number, signal: AbortSignal): Promise<StrangerGroups> {
    return groupStrangers(this.#parts, collection, least, signal);
  }

  open(): void {
    this.#search.open();
  }

  close(): Promise<void> {
    return this.#search.close();
  }
}
