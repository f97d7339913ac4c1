import type { FaceSearchError } from '../core/errors.js';
import type { RecycleBin, SavedUser } from '../persistence/people/people-changes.js';
import type { CollectionRef, User } from '../persistence/people/people-store.js';

/** What happened to each of several users: what failed for one did not stop the others. */
export interface BatchOutcome {
  done: string[];
  failed: { id: string; error: FaceSearchError }[];
}

/** Changes of people that are there. Writes resolve when they are durable and visible to every later search. */
export interface PeopleEditor {
  /** Creates or renames several users. @returns what came of each, in their order */
  saveUsers(collection: CollectionRef, users: readonly User[]): Promise<SavedUser[]>;
  /** @throws FaceSearchError USER_NOT_FOUND, ID_TAKEN, BAD_INPUT for an id that differs from another one by its Unicode normalisation only */
  rename(collection: CollectionRef, userId: string, to: string): Promise<void>;
  /**
   * Gives a user the faces of others, who are then gone: all of it, or nothing.
   * @throws FaceSearchError USER_NOT_FOUND
   */
  merge(
    collection: CollectionRef,
    userId: string,
    from: readonly string[],
    name?: string,
  ): Promise<User & { faces: number }>;
  /** Takes users to another collection of the tenant, or copies them there, with faces and photos. */
  move(collection: CollectionRef, ids: readonly string[], to: string, isCopy: boolean): Promise<BatchOutcome>;
  /** Deletes users. @param minutes how long they can be brought back; 0 erases them now */
  remove(
    collection: CollectionRef,
    ids: readonly string[],
    minutes: number,
  ): Promise<BatchOutcome & { bin?: RecycleBin }>;
  /** Brings back what one `remove` deleted. @throws FaceSearchError UNDO_OVER when nothing of it is left */
  restore(collection: CollectionRef, token: string): Promise<BatchOutcome>;
}
