import type { PersonRef } from '../template.js';
import type { CollectionRef, Erased, User } from './people-store.js';

/** Why people cannot be changed as it was asked: nobody has the id, somebody has it already, or one that differs by its Unicode normalisation only. */
export type ChangeFault = 'user-not-found' | 'id-taken' | 'id-conflict';

/** Changes of people that are there. Each is one transaction, which also announces it to webhooks. */
export interface PeopleChanges {
  /** As saveUser, for several in one transaction. @returns what came of each, in their order; what failed stops no other */
  saveUsers(collection: CollectionRef, users: readonly User[]): Promise<SavedUser[]>;

  /** Gives a user another id, and with it counts as saved by name. Undefined: done. */
  rename(collection: CollectionRef, userId: string, to: string): Promise<ChangeFault | undefined>;

  /**
   * Gives a user the faces of others, who are then gone. Faces keep their numbers.
   * @param from ids of the others, each once
   * @param name the user's new one; without one it stays
   * @returns undefined when one of them is not there; nothing is changed then
   */
  merge(collection: CollectionRef, userId: string, from: readonly string[], name?: string): Promise<Merged | undefined>;

  /**
   * Takes a user with all faces and photos to another collection of the tenant, which is made when it is not there. The faces
   * get new numbers.
   */
  move(collection: CollectionRef, userId: string, to: string): Promise<Moved | ChangeFault>;

  /**
   * As `move`, but the user stays as well.
   * @param objectKeys of the copies of photos, by the faces' numbers; a face that is not named has no photo in the other collection
   */
  copy(
    collection: CollectionRef,
    userId: string,
    to: string,
    objectKeys: ReadonlyMap<number, string>,
  ): Promise<Copied | ChangeFault>;

  /** Like deleteUser, but what was deleted is put aside until a time, and its photos are kept as long. Nothing else shows it. */
  recycle(collection: CollectionRef, userId: string, bin: RecycleBin): Promise<Erased | undefined>;

  /** Brings back the users of a bin who are not erased yet. Empty when there is none. */
  restore(collection: CollectionRef, token: string): Promise<RestoredUser[]>;

  /** Erases what was put aside until before a time. @returns how many users */
  eraseRecycled(before: Date): Promise<number>;
}

export type SavedUser = 'created' | 'renamed' | 'unchanged' | 'id-conflict';

/** What one deletion of several users puts aside. */
export interface RecycleBin {
  /** A UUID. */
  token: string;
  eraseAt: Date;
}

export interface Merged {
  person: PersonRef;
  user: User;
  /** Numbers of the faces that changed their owner. */
  faceIds: number[];
  /** How many the user has now. */
  faces: number;
}

export interface Copied {
  /** The user in the other collection. */
  person: PersonRef;
  /** Numbers of the faces there. */
  faceIds: number[];
}

export interface Moved extends Copied {
  /** The faces that are gone where they were. */
  erased: Erased;
}

export type RestoredUser = { id: string } & ({ restored: Copied } | { fault: ChangeFault });

/** A user with faces, as JSON keeps it in the recycle bin. */
export interface RecycledUser extends User {
  /** Milliseconds since 1970, as all times here. */
  createdAt: number;
  /** When a search created the user; null once saved by name. */
  autoCreatedAt: number | null;
  /** When the user was seen, by days; absent in what an older version put aside. */
  attendance?: { day: string; first: number; last: number }[];
  faces: {
    model: string;
    /** 512 float32, little-endian, in base64. */
    embedding: string;
    objectKey: string | null;
    createdAt: number;
  }[];
}
