import type { ComparedTemplate, PersonRef, PersonTemplate, StoredCohort, TemplateKind } from '../template.js';
import type { CollectionRef, PeopleStore, User } from './people-store.js';

/** What scoring reads of the faces of people, and what it keeps of what it works out. */
export interface EmbeddingStore {
  /** Every collection that exists, with its internal number. */
  listCollections(): Promise<StoredCollection[]>;

  /** How many faces were made by each model that has any, over all tenants. */
  countFacesByModel(): Promise<Map<string, number>>;

  /** The newest faces that a model made of people, at most MAX_TEMPLATE_FACES of each, in order of creation. Not of those without. */
  newestFaces(people: readonly PersonRef[], model: string): Promise<PersonFaces[]>;

  /** People of a collection with faces made by a model, in order of their numbers. @param after number of a person */
  peopleWithFaces(collectionId: number, model: string, after: number, limit: number): Promise<PersonWithUser[]>;

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

  /** Undefined where none was ever chosen. */
  findCohort(tenant: string, model: string): Promise<StoredCohort | undefined>;

  /**
   * Keeps the next choice of people, without those who have been deleted meanwhile.
   * @returns false when another one was kept since `cohort.build - 1`; nothing is changed then
   */
  saveCohort(tenant: string, model: string, cohort: StoredCohort): Promise<boolean>;
}

/** What an index in memory is made from. */
export interface IndexSource {
  findCollection(collection: CollectionRef): Promise<StoredCollection | undefined>;

  /** Faces of one collection made by one model, in pages of ascending face id, to build an index from. */
  facesOf(collectionId: number, model: string): AsyncIterable<StoredEmbedding[]>;

  /** Ids of the same faces, ascending. */
  faceIdsOf(collectionId: number, model: string): Promise<Float64Array>;

  /** Those of the faces that exist and were made by the model. */
  embeddingsOf(faceIds: readonly number[], model: string): Promise<StoredEmbedding[]>;

  /**
   * Owners of those of the faces that exist and were made by the model, each with these faces, in the order asked for, compared
   * with a probe of length 1.
   */
  ownersOf(faceIds: readonly number[], kind: TemplateKind, probe: Float32Array): Promise<FoundPerson[]>;
}

/** Calls that may be part of one transaction. */
export interface Searcher
  extends Pick<EmbeddingStore, 'newestFaces'>,
    Pick<PeopleStore, 'addFace' | 'addUserWithFace'> {
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
}

/** A database that searches by itself, for servers that hold no faces in memory. Any number of them may use it. */
export interface SearchingStore extends Searcher {
  /** Runs `work` in one transaction, which is alone in the collection among all that are run so, on any server. */
  inTurn<T>(collection: CollectionRef, work: (store: Searcher) => Promise<T>): Promise<T>;

  /** Collections and faces of all tenants and models. A large number of faces is an estimate. */
  countSearched(): Promise<{ collections: number; faces: number }>;
}

export interface StoredCollection extends CollectionRef {
  collectionId: number;
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
  /** With a data key decrypted when it is asked for; undefined who has been deleted since. @throws DecryptionError */
  readonly user: User | undefined;
  /** Those that were found. */
  faces: ComparedFace[];
  /** That of the kind that was asked for, where one is kept. */
  template: ComparedTemplate | undefined;
}

/** A face and its cosine to the probe. Vectors are compared where they are read, so that a search does not carry them along. */
export interface ComparedFace {
  faceId: number;
  cosine: number;
  /** Undefined where the template says how crowded the face's neighbourhood is. */
  embedding: Float32Array | undefined;
}
