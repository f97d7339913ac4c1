import { randomUUID } from 'node:crypto';
import type { Logger } from 'pino';
import { FaceSearchError } from '../core/errors.js';
import { unitVector } from '../core/unit-vector.js';
import type { ObjectStore } from '../persistence/photos/object-store.js';
import type { CollectionRef, Erased, Searcher, SearchingStore, User } from '../persistence/store.js';
import type { Candidate, Gallery, GallerySize, RankedCandidate } from './gallery.js';
import { scored } from './scoring/scored.js';
import type { SimilarityScale } from './scoring/similarity.js';
import { PhotoSweep } from './sweeps/photo-sweep.js';

/** Faces asked of the database: the nearest by cosine need not be the most similar, since cosines are corrected. */
const CANDIDATES = 32;

/** How long a count of the whole database is told. */
const COUNTED_MS = 10_000;

export interface PgvectorGalleryParts {
  /** Closed by its owner. */
  store: SearchingStore;
  objects: ObjectStore;
  /** Name of the model whose faces are compared; faces made by another are kept, but never found. */
  model: string;
  scale: SimilarityScale;
  logger: Pick<Logger, 'error'>;
}

/** The gallery of one of several servers: the database searches, and nothing is kept here. */
export class PgvectorGallery implements Gallery {
  readonly #store: SearchingStore;
  readonly #model: string;
  readonly #scale: SimilarityScale;
  readonly #photos: PhotoSweep;
  #counted: { size: Promise<GallerySize>; until: number } = {
    size: Promise.resolve({ collections: 0, faces: 0 }),
    until: 0,
  };

  constructor({ store, objects, model, scale, logger }: PgvectorGalleryParts) {
    this.#store = store;
    this.#model = model;
    this.#scale = scale;
    this.#photos = new PhotoSweep(store, objects, logger);
  }

  /** Deletes the photos that earlier deletions left. */
  open(): Promise<void> {
    return this.#photos.run();
  }

  saveUser(collection: CollectionRef, user: User): Promise<void> {
    return this.#store.saveUser(collection, user);
  }

  async requireUser(collection: CollectionRef, userId: string): Promise<void> {
    if (!(await this.#store.findUser(collection, userId))) throw new FaceSearchError('USER_NOT_FOUND');
  }

  listUsers(collection: CollectionRef): Promise<User[]> {
    return this.#store.listUsers(collection);
  }

  async addFace(collection: CollectionRef, userId: string, embedding: Float32Array): Promise<void> {
    const face = { embedding: unitVector(embedding), model: this.#model };
    if (!(await this.#store.addFace(collection, userId, face))) throw new FaceSearchError('USER_NOT_FOUND');
  }

  async addUnknownPerson(
    collection: CollectionRef,
    embedding: Float32Array,
    photo: Buffer,
    isKnown: (best: Candidate) => boolean,
  ): Promise<{ createdId: string } | { known: Candidate }> {
    const vector = unitVector(embedding);
    const objectKey = `faces/${randomUUID()}`;
    const outcome = await this.#photos.keep(objectKey, photo, () =>
      this.#store.inTurn(collection, async (store) => {
        const [best] = await this.#nearest(store, collection, vector, 1);
        if (best && isKnown(best)) return { known: best };
        const user = { id: randomUUID(), name: '' };
        await store.addUserWithFace(collection, user, { embedding: vector, model: this.#model, objectKey });
        return { createdId: user.id };
      }),
    );
    // The photo that nobody needs was never claimed.
    if ('known' in outcome) await this.#photos.run();
    return outcome;
  }

  async deleteFaces(collection: CollectionRef, userId: string): Promise<void> {
    await this.#sweepAfter(this.#store.deleteFaces(collection, userId), 'USER_NOT_FOUND');
  }

  async deleteFace(collection: CollectionRef, userId: string, faceId: number): Promise<void> {
    await this.#sweepAfter(this.#store.deleteFace(collection, userId, faceId), 'FACE_NOT_FOUND');
  }

  async deleteUser(collection: CollectionRef, userId: string): Promise<void> {
    await this.#sweepAfter(this.#store.deleteUser(collection, userId), 'USER_NOT_FOUND');
  }

  async deleteEnrolledBefore(time: Date, collection: CollectionRef, userId: string): Promise<boolean> {
    const erased = await this.#store.deleteEnrolledBefore(time, collection, userId);
    if (erased) await this.#photos.run();
    return erased !== undefined;
  }

  async deleteCollection(collection: CollectionRef): Promise<void> {
    await this.#sweepAfter(this.#store.deleteCollection(collection), 'COLLECTION_NOT_FOUND');
  }

  async search(collection: CollectionRef, embedding: Float32Array): Promise<Candidate | undefined> {
    const [best] = await this.candidates(collection, embedding, 1);
    return best;
  }

  candidates(collection: CollectionRef, embedding: Float32Array, k: number): Promise<RankedCandidate[]> {
    return this.#nearest(this.#store, collection, unitVector(embedding), k);
  }

  /** Counted at most every few seconds, however often it is asked. */
  size(): Promise<GallerySize> {
    if (this.#counted.until <= Date.now()) {
      this.#counted = { size: this.#store.countSearched(), until: Date.now() + COUNTED_MS };
    }
    return this.#counted.size;
  }

  /** Store and object store stay open. */
  close(): Promise<void> {
    return this.#photos.close();
  }

  /** The k most similar users. */
  async #nearest(
    store: Searcher,
    collection: CollectionRef,
    probe: Float32Array,
    k: number,
  ): Promise<RankedCandidate[]> {
    for (let faces = CANDIDATES * k; ; faces *= 4) {
      const found = await store.nearestFaces(collection, this.#model, probe, faces);
      const nearest = new Map<string, RankedCandidate>();
      for (const { user, faceId, score } of scored(found, probe, this.#scale)) {
        if (!nearest.has(user.id)) {
          nearest.set(user.id, { ...user, faceId, similarity: this.#scale.similarity(score) });
        }
        if (nearest.size === k) break;
      }
      if (nearest.size === k || found.length < faces) return [...nearest.values()];
    }
  }

  async #sweepAfter(
    erasing: Promise<Erased | undefined>,
    unknown: 'USER_NOT_FOUND' | 'FACE_NOT_FOUND' | 'COLLECTION_NOT_FOUND',
  ) {
    if (!(await erasing)) throw new FaceSearchError(unknown);
    await this.#photos.run();
  }
}
