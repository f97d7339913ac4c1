import type { PersonRef } from '../template.js';

/** The truth about collections, users and their faces. Every write is durable when its promise resolves. */
export interface PeopleStore {
  /**
   * Adds the collection when it does not exist, then creates the user or changes its name. The user does not count as
   * auto-created any more.
   * @returns false for a new id from which that of another user differs by its Unicode normalisation only; nothing is changed then
   */
  saveUser(collection: CollectionRef, user: User): Promise<boolean>;

  findUser(collection: CollectionRef, userId: string): Promise<User | undefined>;

  /** Users in order of creation; empty for an unknown collection. */
  listUsers(collection: CollectionRef): Promise<User[]>;

  /** Stores one face of an existing user. Resolves to undefined when there is no such user. */
  addFace(collection: CollectionRef, userId: string, face: NewFace): Promise<StoredFace | undefined>;

  /** Auto-creates a user whom a search did not find: creates collection, user and face in one transaction. */
  addUserWithFace(collection: CollectionRef, user: User, face: NewFace): Promise<StoredFace>;

  /** Removes every face of a user and keeps the user. Undefined when there is no such user. */
  deleteFaces(collection: CollectionRef, userId: string): Promise<Erased | undefined>;

  /** Removes a user with all faces. Undefined when there is no such user. */
  deleteUser(collection: CollectionRef, userId: string): Promise<Erased | undefined>;

  /** Some of the users that were auto-created before a time and not saved since, the oldest first; empty when there is none. */
  listAutoCreatedBefore(time: Date): Promise<(CollectionRef & { userId: string })[]>;

  /** Like deleteUser, but only a user that listAutoCreatedBefore would still list; undefined otherwise. */
  deleteAutoCreatedBefore(time: Date, collection: CollectionRef, userId: string): Promise<Erased | undefined>;

  /**
   * Removes a collection with all users and faces: nothing finds them any more, and its name is free. Their rows may stay for
   * `eraseDeleted`. Undefined when there is no such collection, or nobody in the default one.
   */
  deleteCollection(collection: CollectionRef): Promise<{ collectionId: number } | undefined>;

  /**
   * Erases some rows of one of the collections that were deleted, in one short transaction.
   * @param after number of the collection that the last call erased rows of; 0 at first. Collections take turns
   * @returns undefined when nothing is left to erase
   */
  eraseDeleted(after: number): Promise<ErasedPart | undefined>;

  /** Removes one face of a user. Undefined when the user has no such face. */
  deleteFace(collection: CollectionRef, userId: string, faceId: number): Promise<Erased | undefined>;

  /** A user's faces in order of creation; empty for an unknown user. */
  facesOfUser(collection: CollectionRef, userId: string): Promise<FaceRecord[]>;

  /** A tenant's collections with what they hold, in order of their names. */
  countPeople(tenant: string): Promise<CollectionCount[]>;
}

/** A collection is addressed by its tenant and its name; the default collection has the empty name. */
export interface CollectionRef {
  tenant: string;
  collection: string;
}

/** Clients that name no collection mean the default one. */
export function isDefault({ collection }: CollectionRef): boolean {
  return collection === '';
}

export interface User {
  /** Chosen by the client, unique within the collection, kept to the letter. */
  id: string;
  name: string;
}

export interface NewFace {
  /** L2-normalised, 512 float32. */
  embedding: Float32Array;
  /** Name of the model that made it; two models never meet in one comparison. */
  model: string;
  /** Key of the photo in the object store, for faces whose photo is kept. */
  objectKey?: string;
}

export interface StoredFace extends PersonRef {
  /** Never used again, also after the face is deleted. */
  faceId: number;
}

/** What is known of a face beside its embedding. */
export interface FaceRecord {
  faceId: number;
  model: string;
  createdAt: Date;
  /** Undefined for a face whose photo was not kept. */
  objectKey: string | undefined;
}

export interface CollectionCount {
  collection: string;
  users: number;
  faces: number;
}

/** Of a deleted collection. */
export interface ErasedPart {
  collectionId: number;
  /** Photos of the erased faces, which the object store is to delete now. */
  photos: number;
}

/** What a deletion took away, for the index and the object store to follow. */
export interface Erased {
  collectionId: number;
  faceIds: number[];
  objectKeys: string[];
}
