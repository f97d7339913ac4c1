import type { PersonRef } from '../template.js';
import type { CollectionRef } from './people-store.js';

/** A user whom a search created and nobody has named. */
export interface Stranger extends PersonRef {
  id: string;
  createdAt: Date;
}

export interface StrangerStore {
  /** The newest first. @returns also how many there are in all */
  list(collection: CollectionRef, limit: number): Promise<{ total: number; strangers: Stranger[] }>;
}
