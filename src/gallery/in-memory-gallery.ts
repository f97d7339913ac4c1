import { randomUUID } from 'node:crypto';
import { FaceSearchError } from '../core/errors.js';
import { unitVector } from '../core/unit-vector.js';
import type { StoredCollection } from '../persistence/people/embedding-store.js';
import type { CollectionRef, Erased, User } from '../persistence/people/people-store.js';
import { StoreError } from '../persistence/store-error.js';
import type { PersonRef } from '../persistence/template.js';
import type { IndexWorkers } from '../vector-index/index-workers.js';
import { IndexLostError, type VectorIndex } from '../vector-index/vector-index.js';
import { CollectionIndexes } from './collection-indexes.js';
import { findingOf, hasFacesOf, LOOKED_AT } from './duplicate-check.js';
import type { Candidate, DuplicateGuard, Gallery, GallerySize, RankedCandidate } from './gallery.js';
import type { GalleryParts } from './gallery-parts.js';
import { KeyedLock, lockKey } from './keyed-lock.js';
import type { PeopleEditor } from './people-editor.js';
import { PeopleScoring } from './people-scoring.js';
import { probeOf } from './scoring/rank.js';
import { StoredLookalikes } from './stored-lookalikes.js';
import { StoredPeopleEditor } from './stored-people-editor.js';
import { CollectionSweep } from './sweeps/collection-sweep.js';
import { newObjectKey, PhotoSweep } from './sweeps/photo-sweep.js';
import { RecycleSweep } from './sweeps/recycle-sweep.js';

/**
 * Faces asked of the index at first. The owner of the nearest by cosine need not be the most similar, since scores are
 * normalised and people have more than one face, and the face may have been deleted a moment ago.
 */
const FIRST_CANDIDATES = 16;
/** An index that is lost under a search is read anew, once. */
const ATTEMPTS = 2;

/**
 * The gallery of one process: rows in the store, and an index in the memory of another thread for each collection.
 *
 * Writes to a collection happen one after the other, each of them first in the store and then in the index, so the
 * index can never keep a face whose row is gone. Searches wait for nobody: one that meets a face just deleted takes
 * the next.
 */
export class InMemoryGallery implements Gallery {
  readonly #store: GalleryParts['store'];
  readonly #workers: IndexWorkers;
  readonly #model: string;
  readonly #logger: GalleryParts['logger'];
  readonly #photos: PhotoSweep;
  readonly #collections: CollectionSweep;
  readonly #writes = new KeyedLock();
  readonly #indexes: CollectionIndexes;
  readonly #scoring: PeopleScoring;
  readonly #recycled: RecycleSweep;
  readonly editor: PeopleEditor;
  readonly lookalikes: StoredLookalikes;
  constructor({ store, objects, indexes, model, scale, logger }: GalleryParts) {
    this.#store = store;
    this.#workers = indexes;
    this.#model = model;
    this.#logger = logger;
    this.#photos = new PhotoSweep(store, objects, logger);
    this.#collections = new CollectionSweep(store, () => this.#photos.start(), logger);
    this.#indexes = new CollectionIndexes({ store, workers: indexes, model, logger });
    this.#scoring = new PeopleScoring({ store, model, scale, isShared: false, logger });
    const [photos, scoring] = [this.#photos, this.#scoring];
    this.#recycled = new RecycleSweep({ changes: store.changes, sweepPhotos: () => photos.start(), logger });
    const inTurn = <T>(collections: readonly CollectionRef[], change: () => Promise<T>) =>
      this.#writes.runAll(collections.map(lockKey), change);
    const follow = {
      add: ({ collectionId }: PersonRef, faceIds: readonly number[]) => this.#indexes.addStored(collectionId, faceIds),
      remove: ({ collectionId, faceIds }: Erased) => this.#indexes.remove(collectionId, faceIds),
    };
    this.lookalikes = new StoredLookalikes({ store, gallery: this, model, isShared: false, logger });
    this.editor = new StoredPeopleEditor({ store, objects, photos, scoring, inTurn, follow });
  }

  /** Reads all faces into memory, and begins to erase what earlier deletions left. Calls before its end are slow, not wrong. */
  async open(): Promise<void> {
    await this.#recycled.open();
    this.#photos.start();
    this.#collections.start();
    const collections = await this.#store.listCollections();
    this.#workers.removeOthers(new Set(collections.map(({ collectionId }) => collectionId)));
    for (const collection of collections) {
      await this.#writes.run(lockKey(collection), () => this.#indexes.load(collection.collectionId));
    }
    this.#logger.info(
      { collections: collections.length, faces: this.facesInMemory, model: this.#model },
      'gallery is open',
    );
    this.#scoring.open();
    this.lookalikes.open();
  }

  /** Faces that searches look at now, over all collections. */
  get facesInMemory(): number {
    return this.#indexes.faces;
  }

  async size(): Promise<GallerySize> {
    return { collections: this.#indexes.collections, faces: this.facesInMemory };
  }

  async saveUser(collection: CollectionRef, user: User): Promise<void> {
    const isSaved = await this.#write(collection, () => this.#store.saveUser(collection, user));
    if (!isSaved) throw new FaceSearchError('BAD_INPUT', 'id-conflict');
  }

  async requireUser(collection: CollectionRef, userId: string): Promise<void> {
    if (!(await this.#store.findUser(collection, userId))) throw new FaceSearchError('USER_NOT_FOUND');
  }

  async addFace(
    collection: CollectionRef,
    userId: string,
    embedding: Float32Array,
    photo?: Buffer,
    guard?: DuplicateGuard,
  ): Promise<number> {
    const vector = unitVector(embedding);
    return this.#photos.keepIfAny(photo, (kept) =>
      this.#write(collection, async () => {
        const at = guard && (await this.#store.findCollection(collection));
        if (guard && at) {
          const ranked = await this.#nearestUnderLock(at, vector, LOOKED_AT);
          const hasFaces = await hasFacesOf(this.#store, collection, userId, this.#model);
          const finding = findingOf(ranked, userId, hasFaces, guard.threshold);
          if (finding) guard.onFinding(finding);
        }
        const face = { embedding: vector, model: this.#model, ...kept };
        const stored = await this.#store.addFace(collection, userId, face);
        if (!stored) throw new FaceSearchError('USER_NOT_FOUND');
        await this.#indexes.add(stored.collectionId, stored.faceId, vector);
        this.#scoring.added(collection.tenant, stored);
        return stored.faceId;
      }),
    );
  }

  async addUnknownPerson(
    collection: CollectionRef,
    embedding: Float32Array,
    photo: Buffer,
    isKnown: (best: Candidate) => boolean,
  ): Promise<{ createdId: string } | { known: Candidate }> {
    const vector = unitVector(embedding);
    const user = { id: randomUUID(), name: '' };
    const objectKey = newObjectKey();
    const face = { embedding: vector, model: this.#model, objectKey };
    const outcome = await this.#photos.keep(objectKey, photo, () =>
      this.#write(collection, async () => {
        const found = await this.#store.findCollection(collection);
        const [best] = found ? await this.#nearestUnderLock(found, vector, 1) : [];
        if (best && isKnown(best)) return { known: best };
        const stored = await this.#store.addUserWithFace(collection, user, face);
        await this.#indexes.add(stored.collectionId, stored.faceId, vector);
        this.#scoring.added(collection.tenant, stored);
        return { createdId: user.id };
      }),
    );
    // The photo that nobody needs was never claimed.
    if ('known' in outcome) this.#photos.start();
    return outcome;
  }

  async deleteFaces(collection: CollectionRef, userId: string): Promise<void> {
    const erased = await this.#erase(collection, () => this.#store.deleteFaces(collection, userId));
    if (!erased) throw new FaceSearchError('USER_NOT_FOUND');
  }

  async deleteFace(collection: CollectionRef, userId: string, faceId: number): Promise<void> {
    const erased = await this.#erase(collection, () => this.#store.deleteFace(collection, userId, faceId));
    if (!erased) throw new FaceSearchError('FACE_NOT_FOUND');
  }

  async deleteUser(collection: CollectionRef, userId: string): Promise<void> {
    const erased = await this.#erase(collection, () => this.#store.deleteUser(collection, userId));
    if (!erased) throw new FaceSearchError('USER_NOT_FOUND');
  }

  async deleteAutoCreatedBefore(time: Date, collection: CollectionRef, userId: string): Promise<boolean> {
    const erased = await this.#erase(collection, () => this.#store.deleteAutoCreatedBefore(time, collection, userId));
    return erased !== undefined;
  }

  async deleteCollection(collection: CollectionRef): Promise<void> {
    const erased = await this.#write(collection, async () => {
      const gone = await this.#store.deleteCollection(collection);
      if (gone) await this.#indexes.erase(gone.collectionId);
      return gone;
    });
    if (!erased) throw new FaceSearchError('COLLECTION_NOT_FOUND');
    this.#scoring.erasedCollection(collection.tenant, erased.collectionId);
    // Those of people who could have been brought back are on the list already.
    this.#photos.start();
    this.#collections.start();
  }

  compare(tenant: string, one: Float32Array, other: Float32Array): Promise<number> {
    return this.#scoring.compare(tenant, unitVector(one), unitVector(other));
  }

  async search(collection: CollectionRef, embedding: Float32Array): Promise<Candidate | undefined> {
    const [best] = await this.candidates(collection, embedding, 1);
    return best;
  }

  async candidates(collection: CollectionRef, embedding: Float32Array, k: number): Promise<RankedCandidate[]> {
    const probe = unitVector(embedding);
    for (let attempt = 1; ; attempt++) {
      const index = await this.#indexOf(collection);
      try {
        return index ? await this.#nearest(collection.tenant, index, probe, k) : [];
      } catch (error) {
        // Its thread died, or a failed write threw it away: the next one is read from the store.
        if (!(error instanceof IndexLostError) || attempt === ATTEMPTS) throw error;
        this.#indexes.forgetLost(index);
      }
    }
  }

  /** The k most similar users. */
  async #nearest(tenant: string, index: VectorIndex, embedding: Float32Array, k: number): Promise<RankedCandidate[]> {
    const cohort = await this.#scoring.cohortOf(tenant);
    const kind = this.#scoring.kindOf(cohort);
    for (let faces = FIRST_CANDIDATES * k; ; faces *= 4) {
      const searching = index.search(embedding, faces);
      // While the thread of the index works.
      const probe = probeOf(embedding, cohort);
      const matches = await searching;
      // The index knows cosines roughly. Its faces are compared again, with what is stored.
      const ids = matches.map(({ faceId }) => faceId);
      const people = await this.#store.ownersOf(ids, kind, embedding);
      const isAll = matches.length < faces;
      if (people.length >= k || isAll) return this.#scoring.mostSimilar(tenant, { people, isAll }, probe, k);
    }
  }

  /** Under the collection's lock. */
  async #nearestUnderLock(
    { tenant, collectionId }: StoredCollection,
    probe: Float32Array,
    k: number,
  ): Promise<RankedCandidate[]> {
    const index = await this.#indexes.load(collectionId);
    try {
      return await this.#nearest(tenant, index, probe, k);
    } catch (error) {
      if (!(error instanceof IndexLostError)) throw error;
      this.#indexes.forgetLost(index);
      return this.#nearest(tenant, await this.#indexes.load(collectionId), probe, k);
    }
  }

  /** Waits for the writes under way. Store, object store and index threads stay open. */
  async close(): Promise<void> {
    await this.#recycled.close();
    await this.lookalikes.close();
    await this.#writes.idle();
    await this.#scoring.close();
    await this.#collections.close();
    await this.#photos.close();
    this.#indexes.clear();
  }

  async #erase(collection: CollectionRef, work: () => Promise<Erased | undefined>): Promise<Erased | undefined> {
    const erased = await this.#write(collection, async () => {
      const gone = await work();
      if (gone) await this.#indexes.remove(gone.collectionId, gone.faceIds);
      return gone;
    });
    if (erased) this.#scoring.erased(collection.tenant, erased.faceIds);
    if (erased) this.#photos.start();
    return erased;
  }

  /** Under the collection's lock. Where nobody knows whether the store changed, its index is read anew. */
  #write<T>(collection: CollectionRef, work: () => Promise<T>): Promise<T> {
    return this.#writes.run(lockKey(collection), async () => {
      try {
        return await work();
      } catch (error) {
        if (error instanceof StoreError && error.trouble === 'uncertain') {
          const found = await this.#store.findCollection(collection);
          if (found) this.#indexes.readAnew(found.collectionId);
        }
        throw error;
      }
    });
  }

  async #indexOf(collection: CollectionRef): Promise<VectorIndex | undefined> {
    const found = await this.#store.findCollection(collection);
    if (!found) return undefined;
    return (
      this.#indexes.get(found.collectionId) ??
      this.#writes.run(lockKey(collection), async () => {
        // Asked again: the collection may have been deleted, and made anew, while this waited for the lock.
        const current = await this.#store.findCollection(collection);
        return current && this.#indexes.load(current.collectionId);
      })
    );
  }
}
