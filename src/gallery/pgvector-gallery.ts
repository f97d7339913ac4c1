import { randomUUID } from 'node:crypto';
import type { Logger } from 'pino';
import { FaceSearchError } from '../core/errors.js';
import { unitVector } from '../core/unit-vector.js';
import type { EmbeddingStore, Searcher, SearchingStore } from '../persistence/people/embedding-store.js';
import type { CollectionRef, Erased, PeopleStore, User } from '../persistence/people/people-store.js';
import type { ObjectStore } from '../persistence/photos/object-store.js';
import type { PhotoOutbox } from '../persistence/photos/photo-outbox.js';
import type { Candidate, Gallery, GallerySize, RankedCandidate } from './gallery.js';
import { PeopleScoring } from './people-scoring.js';
import { type Probe, probeOf } from './scoring/rank.js';
import type { SimilarityScale } from './scoring/similarity.js';
import { newObjectKey, PhotoSweep } from './sweeps/photo-sweep.js';

/** Faces asked of the database: the owner of the nearest by cosine need not be the most similar; see InMemoryGallery. */
const CANDIDATES = 32;

/** How long a count of the whole database is told. */
const COUNTED_MS = 10_000;

export interface PgvectorGalleryParts {
  /** Closed by its owner. */
  store: PeopleStore & EmbeddingStore & SearchingStore & PhotoOutbox;
  objects: ObjectStore;
  /** Name of the model whose faces are compared; faces made by another are kept, but never found. */
  model: string;
  scale: SimilarityScale;
  logger: Pick<Logger, 'info' | 'warn' | 'error'>;
}

/** The gallery of one of several servers: the database searches, and nothing is kept here. */
export class PgvectorGallery implements Gallery {
  readonly #store: PgvectorGalleryParts['store'];
  readonly #model: string;
  readonly #photos: PhotoSweep;
  readonly #scoring: PeopleScoring;
  #counted: { size: Promise<GallerySize>; until: number } = {
    size: Promise.resolve({ collections: 0, faces: 0 }),
    until: 0,
  };

  constructor({ store, objects, model, scale, logger }: PgvectorGalleryParts) {
    this.#store = store;
    this.#model = model;
    this.#photos = new PhotoSweep(store, objects, logger);
    this.#scoring = new PeopleScoring({ store, model, scale, isShared: true, logger });
  }

  /** Begins to delete the photos that earlier deletions left. */
  async open(): Promise<void> {
    this.#photos.start();
    this.#scoring.open();
  }

  async saveUser(collection: CollectionRef, user: User): Promise<void> {
    if (!(await this.#store.saveUser(collection, user))) throw new FaceSearchError('BAD_INPUT', 'id-conflict');
  }

  async requireUser(collection: CollectionRef, userId: string): Promise<void> {
    if (!(await this.#store.findUser(collection, userId))) throw new FaceSearchError('USER_NOT_FOUND');
  }

  async addFace(collection: CollectionRef, userId: string, embedding: Float32Array, photo?: Buffer): Promise<void> {
    const vector = unitVector(embedding);
    await this.#photos.keepIfAny(photo, async (kept) => {
      const face = { embedding: vector, model: this.#model, ...kept };
      const stored = await this.#store.addFace(collection, userId, face);
      if (!stored) throw new FaceSearchError('USER_NOT_FOUND');
      this.#scoring.added(collection.tenant, stored);
    });
  }

  async addUnknownPerson(
    collection: CollectionRef,
    embedding: Float32Array,
    photo: Buffer,
    isKnown: (best: Candidate) => boolean,
  ): Promise<{ createdId: string } | { known: Candidate }> {
    const vector = unitVector(embedding);
    const objectKey = newObjectKey();
    // Before the transaction: it may have to ask the database over another connection.
    const probe = probeOf(vector, await this.#scoring.cohortOf(collection.tenant));
    const outcome = await this.#photos.keep(objectKey, photo, () =>
      this.#store.inTurn(collection, async (store) => {
        const [best] = await this.#nearest(store, collection, probe, 1);
        if (best && isKnown(best)) return { known: best };
        const user = { id: randomUUID(), name: '' };
        const face = { embedding: vector, model: this.#model, objectKey };
        this.#scoring.added(collection.tenant, await store.addUserWithFace(collection, user, face));
        return { createdId: user.id };
      }),
    );
    // The photo that nobody needs was never claimed.
    if ('known' in outcome) this.#photos.start();
    return outcome;
  }

  async deleteFaces(collection: CollectionRef, userId: string): Promise<void> {
    await this.#sweepAfter(collection, this.#store.deleteFaces(collection, userId), 'USER_NOT_FOUND');
  }

  async deleteFace(collection: CollectionRef, userId: string, faceId: number): Promise<void> {
    await this.#sweepAfter(collection, this.#store.deleteFace(collection, userId, faceId), 'FACE_NOT_FOUND');
  }

  async deleteUser(collection: CollectionRef, userId: string): Promise<void> {
    await this.#sweepAfter(collection, this.#store.deleteUser(collection, userId), 'USER_NOT_FOUND');
  }

  async deleteAutoCreatedBefore(time: Date, collection: CollectionRef, userId: string): Promise<boolean> {
    const erased = await this.#store.deleteAutoCreatedBefore(time, collection, userId);
    if (!erased) return false;
    this.#scoring.erased(collection.tenant, erased.faceIds);
    this.#photos.start();
    return true;
  }

  async deleteCollection(collection: CollectionRef): Promise<void> {
    const erased = await this.#store.deleteCollection(collection);
    if (!erased) throw new FaceSearchError('COLLECTION_NOT_FOUND');
    this.#scoring.erasedCollection(collection.tenant, erased.collectionId);
    this.#photos.start();
  }

  compare(tenant: string, one: Float32Array, other: Float32Array): Promise<number> {
    return this.#scoring.compare(tenant, unitVector(one), unitVector(other));
  }

  async search(collection: CollectionRef, embedding: Float32Array): Promise<Candidate | undefined> {
    const [best] = await this.candidates(collection, embedding, 1);
    return best;
  }

  async candidates(collection: CollectionRef, embedding: Float32Array, k: number): Promise<RankedCandidate[]> {
    const probe = probeOf(unitVector(embedding), await this.#scoring.cohortOf(collection.tenant));
    return this.#nearest(this.#store, collection, probe, k);
  }

  /** Counted at most every few seconds, however often it is asked. */
  size(): Promise<GallerySize> {
    if (this.#counted.until <= Date.now()) {
      this.#counted = { size: this.#store.countSearched(), until: Date.now() + COUNTED_MS };
    }
    return this.#counted.size;
  }

  /** Store and object store stay open. */
  async close(): Promise<void> {
    await this.#scoring.close();
    await this.#photos.close();
  }

  /** The k most similar users. */
  async #nearest(store: Searcher, collection: CollectionRef, probe: Probe, k: number): Promise<RankedCandidate[]> {
    const kind = this.#scoring.kindOf(probe.cohort);
    for (let asked = CANDIDATES * k; ; asked *= 4) {
      const { people, faces } = await store.nearestPeople(collection, kind, probe.embedding, asked);
      const isAll = faces < asked;
      if (people.length < k && !isAll) continue;
      return this.#scoring.mostSimilar(collection.tenant, { people, isAll }, probe, k, store);
    }
  }

  async #sweepAfter(
    { tenant }: CollectionRef,
    erasing: Promise<Erased | undefined>,
    unknown: 'USER_NOT_FOUND' | 'FACE_NOT_FOUND',
  ) {
    const erased = await erasing;
    if (!erased) throw new FaceSearchError(unknown);
    this.#scoring.erased(tenant, erased.faceIds);
    this.#photos.start();
  }
}
