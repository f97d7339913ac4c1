import type { ScaleStore } from './scales.js';
import type { PersonRef, PersonTemplate, StoredCohort, Template, TemplateKind } from './template.js';

/**
 * The truth about tenants, keys, collections, users and faces. Every write is durable when its promise resolves.
 * Implementations: sqlite-store.ts, postgres/postgres-store.ts. Nothing here knows of images, models' files or HTTP.
 */
export interface Store extends ApiKeyStore {
  readonly scales: ScaleStore;

  /**
   * Adds the collection when it does not exist, then creates the user or changes its name. Not enrolled any more.
   * @returns false for a new id from which that of another user differs by its Unicode normalisation only; nothing is changed then
   */
  saveUser(collection: CollectionRef, user: User): Promise<boolean>;

  findUser(collection: CollectionRef, userId: string): Promise<User | undefined>;

  /** Users in order of creation; empty for an unknown collection. */
  listUsers(collection: CollectionRef): Promise<User[]>;

  /** Stores one face of an existing user. Resolves to undefined when there is no such user. */
  addFace(collection: CollectionRef, userId: string, face: NewFace): Promise<StoredFace | undefined>;

  /** Enrols somebody whom a search did not find: creates collection, user and face in one transaction. */
  addUserWithFace(collection: CollectionRef, user: User, face: NewFace): Promise<StoredFace>;

  /** Removes every face of a user and keeps the user. Undefined when there is no such user. */
  deleteFaces(collection: CollectionRef, userId: string): Promise<Erased | undefined>;

  /** Removes a user with all faces. Undefined when there is no such user. */
  deleteUser(collection: CollectionRef, userId: string): Promise<Erased | undefined>;

  /** Some of the users that were enrolled before a time and not saved since, the oldest first; empty when there is none. */
  listEnrolledBefore(time: Date): Promise<(CollectionRef & { userId: string })[]>;

  /** Like deleteUser, but only a user that listEnrolledBefore would still list; undefined otherwise. */
  deleteEnrolledBefore(time: Date, collection: CollectionRef, userId: string): Promise<Erased | undefined>;

  /** Removes a collection with all users and faces. Undefined when there is no such collection, or nobody in the default one. */
  deleteCollection(collection: CollectionRef): Promise<Erased | undefined>;

  /** Removes one face of a user. Undefined when the user has no such face. */
  deleteFace(collection: CollectionRef, userId: string, faceId: number): Promise<Erased | undefined>;

  /** A user's faces in order of creation; empty for an unknown user. */
  facesOfUser(collection: CollectionRef, userId: string): Promise<FaceRecord[]>;

  /** A tenant's collections with what they hold, in order of their names. */
  countPeople(tenant: string): Promise<CollectionCount[]>;

  /** Every collection that exists, with its internal number. */
  listCollections(): Promise<StoredCollection[]>;

  findCollection(collection: CollectionRef): Promise<StoredCollection | undefined>;

  /** Faces of one collection made by one model, in pages of ascending face id, to build an index from. */
  facesOf(collectionId: number, model: string): AsyncIterable<StoredEmbedding[]>;

  /** Ids of the same faces, ascending. */
  faceIdsOf(collectionId: number, model: string): Promise<Float64Array>;

  /** Those of the faces that exist and were made by the model. */
  embeddingsOf(faceIds: readonly number[], model: string): Promise<StoredEmbedding[]>;

  /** See Searcher. */
  newestFaces(people: readonly PersonRef[], model: string): Promise<PersonFaces[]>;

  /**
   * Keeps templates in the place of those that there are, but only of people whose newest faces are still the ones that the
   * template was made from. Not part of the truth: adding or deleting a face of a person removes the person's template in the
   * same transaction, so that one that is there is right.
   * @returns how many were kept
   */
  saveTemplates(templates: readonly PersonTemplate[], model: string): Promise<number>;

  /**
   * People of a collection, in order of their numbers, without a template of a model and a cohort; also people without faces.
   * @param after number of a person
   */
  peopleWithoutTemplate(collectionId: number, kind: TemplateKind, after: number, limit: number): Promise<PersonRef[]>;

  /** People of a collection with faces made by a model, in order of their numbers. @param after number of a person */
  peopleWithFaces(collectionId: number, model: string, after: number, limit: number): Promise<PersonWithUser[]>;

  /** Undefined where none was ever chosen. */
  findCohort(tenant: string, model: string): Promise<StoredCohort | undefined>;

  /**
   * Keeps the next choice of people, without those who have been deleted meanwhile.
   * @returns false when another one was kept since `cohort.build - 1`; nothing is changed then
   */
  saveCohort(tenant: string, model: string, cohort: StoredCohort): Promise<boolean>;

  /** How many faces were made by each model, over all tenants. */
  countFacesByModel(): Promise<Map<string, number>>;

  /**
   * Announces an object that is about to be written, by listing its key as a pending deletion. Storing the face that
   * names the key takes it off the list, so a crash in between leaves no photo that nobody owns.
   */
  reserveObject(key: string): Promise<void>;

  /** Object-store keys that no face names, but whose objects may exist: deleted faces' and reserved ones. */
  pendingObjectDeletions(): Promise<string[]>;

  /** Takes keys off the list of pending deletions. */
  objectsDeleted(keys: readonly string[]): Promise<void>;

  /** Throws when the store cannot answer. */
  ping(): Promise<void>;
}

/** A store whose faces an index in memory searches. */
export interface IndexedStore extends Store {
  /** Owners of those of the faces that exist and were made by the model, each with these faces, in the order asked for. */
  ownersOf(faceIds: readonly number[], kind: TemplateKind): Promise<FoundPerson[]>;
}

/** Calls that may be part of one transaction. */
export interface Searcher {
  /**
   * Owners of the faces nearest to a probe by cosine among those of one collection made by one model, each with these faces;
   * of large collections nearly always.
   * @param k how many faces, at most
   */
  nearestPeople(
    collection: CollectionRef,
    kind: TemplateKind,
    probe: Float32Array,
    k: number,
  ): Promise<{ people: FoundPerson[]; faces: number }>;

  /** The newest faces that a model made of people, at most MAX_TEMPLATE_FACES of each, in order of creation. Not of those without. */
  newestFaces(people: readonly PersonRef[], model: string): Promise<PersonFaces[]>;

  /** See Store. */
  addUserWithFace(collection: CollectionRef, user: User, face: NewFace): Promise<StoredFace>;
}

/** A store that searches by itself, for servers that hold no faces in memory. Any number of them may use it. */
export interface SearchingStore extends Store, Searcher {
  /** Runs `work` in one transaction, which is alone in the collection among all that are run so, on any server. */
  inTurn<T>(collection: CollectionRef, work: (store: Searcher) => Promise<T>): Promise<T>;

  /** Collections and faces of all tenants and models. A large number of faces is an estimate. */
  countSearched(): Promise<{ collections: number; faces: number }>;
}

/** The part of a store that knows no people. */
export interface ApiKeyStore {
  /**
   * Adds an API key, kept as its SHA-256 only.
   * @throws Error when the same key was added before, revoked or not
   */
  addKey(key: NewKey): Promise<void>;

  /** Adds a key where there has never been one, and tells whether it did. Of several calls together one does. */
  addFirstKey(key: NewKey): Promise<boolean>;

  /** Whom a key stands for; undefined for one that is unknown, revoked or expired. */
  findCallerByKeyHash(sha256: Buffer): Promise<Caller | undefined>;

  /** Every key ever added, oldest first. */
  listKeys(): Promise<StoredKey[]>;

  /** False when there is no such key or it was revoked before. */
  revokeKey(keyId: number): Promise<boolean>;

  /** Keys ever added, revoked ones included. */
  countKeys(): Promise<number>;

  close(): Promise<void>;
}

/** A collection is addressed by its tenant and its name; the default collection has the empty name. */
export interface CollectionRef {
  tenant: string;
  collection: string;
}

/** Clients that name no collection mean it. */
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

export interface StoredCollection extends CollectionRef {
  collectionId: number;
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

export interface StoredEmbedding {
  faceId: number;
  embedding: Float32Array;
}

export interface PersonFaces extends PersonRef {
  faces: StoredEmbedding[];
}

export interface PersonWithUser extends PersonRef {
  /** With a data key decrypted when it is read. @throws DecryptionError */
  readonly user: User;
}

/** Whom a search finds. */
export interface FoundPerson extends PersonRef {
  /** Read, and with a data key decrypted, when it is asked for; undefined who has been deleted since. @throws DecryptionError */
  readonly user: User | undefined;
  /** Those that were found. */
  faces: StoredEmbedding[];
  /** That of the kind that was asked for, where one is kept. */
  template: Template | undefined;
}

/** What a deletion took away, for the index and the object store to follow. */
export interface Erased {
  collectionId: number;
  faceIds: number[];
  objectKeys: string[];
}

/** Whom a request's key stands for. */
export interface Caller {
  /** Tells keys apart and says nothing about the key: the number of a stored one, `configured-` and its position. */
  keyId: string;
  tenant: string;
  /** May search and extract only. */
  readOnly: boolean;
}

export interface NewKey {
  tenant: string;
  /** 32 bytes. */
  sha256: Buffer;
  /** For people, to tell keys apart. */
  label: string;
  readOnly: boolean;
  /** Without one the key works until it is revoked. */
  expiresAt: Date | undefined;
}

export interface StoredKey {
  keyId: number;
  tenant: string;
  label: string;
  readOnly: boolean;
  createdAt: Date;
  expiresAt: Date | undefined;
  revokedAt: Date | undefined;
}
