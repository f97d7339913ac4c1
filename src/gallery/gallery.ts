import type { CollectionRef, User } from '../persistence/people/people-store.js';

/** Who a probe looks most like. */
export interface Candidate extends User {
  /** Calibrated, 0–1; see similarity.ts. */
  similarity: number;
}

/** A candidate among others. */
export interface RankedCandidate extends Candidate {
  /** The face that looks most like the probe. */
  faceId: number;
}

/** Over all tenants. */
export interface GallerySize {
  collections: number;
  faces: number;
}

/**
 * People and their faces: the only module that knows both the store and the vector index.
 * Writes resolve when they are durable and visible to every later search.
 */
export interface Gallery {
  /** What searches look at, in this process's memory or in the database. @throws StoreError */
  size(): Promise<GallerySize>;
  /** @throws FaceSearchError BAD_INPUT for a new id from which another one differs by its Unicode normalisation only */
  saveUser(collection: CollectionRef, user: User): Promise<void>;
  /** @throws FaceSearchError USER_NOT_FOUND */
  requireUser(collection: CollectionRef, userId: string): Promise<void>;
  /**
   * @param photo to be kept with the face, and erased with it; without one none is kept
   * @throws FaceSearchError USER_NOT_FOUND
   */
  addFace(collection: CollectionRef, userId: string, embedding: Float32Array, photo?: Buffer): Promise<void>;
  /**
   * Creates a user with a generated UUID and no name from a face and keeps the photo, unless somebody who `isKnown` has
   * come in since the caller searched: of several photos of one new person that arrive together, one enrols.
   * @returns the new user's id, or the one who is known
   */
  addUnknownPerson(
    collection: CollectionRef,
    embedding: Float32Array,
    photo: Buffer,
    isKnown: (best: Candidate) => boolean,
  ): Promise<{ createdId: string } | { known: Candidate }>;
  /** @throws FaceSearchError USER_NOT_FOUND */
  deleteFaces(collection: CollectionRef, userId: string): Promise<void>;
  /** @throws FaceSearchError FACE_NOT_FOUND when the user has no such face */
  deleteFace(collection: CollectionRef, userId: string, faceId: number): Promise<void>;
  /** @throws FaceSearchError USER_NOT_FOUND */
  deleteUser(collection: CollectionRef, userId: string): Promise<void>;
  /** Like deleteUser, but only a user whom a search created before a time, and who was not saved since; else false. */
  deleteAutoCreatedBefore(time: Date, collection: CollectionRef, userId: string): Promise<boolean>;
  /** @throws FaceSearchError COLLECTION_NOT_FOUND */
  deleteCollection(collection: CollectionRef): Promise<void>;
  /** The best face's user, whatever its similarity; undefined for an empty or unknown collection. */
  search(collection: CollectionRef, embedding: Float32Array): Promise<Candidate | undefined>;
  /**
   * The k users who look most like the probe, each with the best of their faces; the most similar first. Fewer when the
   * collection holds fewer.
   */
  candidates(collection: CollectionRef, embedding: Float32Array, k: number): Promise<RankedCandidate[]>;
  /**
   * Similarity of two faces of a photo each, none of them stored, 0–1: what a search of the tenant's would tell of one if the
   * other were enrolled.
   */
  compare(tenant: string, one: Float32Array, other: Float32Array): Promise<number>;
  close(): Promise<void>;
}
