import { randomUUID } from 'node:crypto';
import { type ErrorArguments, FaceSearchError } from '../core/errors.js';
import type { ChangeFault, PeopleChanges, RecycleBin, SavedUser } from '../persistence/people/people-changes.js';
import type { CollectionRef, Erased, PeopleStore, User } from '../persistence/people/people-store.js';
import type { ObjectStore } from '../persistence/photos/object-store.js';
import type { PersonRef } from '../persistence/template.js';
import type { BatchOutcome, PeopleEditor } from './people-editor.js';
import type { PeopleScoring } from './people-scoring.js';
import { newObjectKey, type PhotoSweep } from './sweeps/photo-sweep.js';

const MINUTE_MS = 60_000;

export interface PeopleEditorParts {
  store: PeopleStore & { readonly changes: PeopleChanges };
  objects: ObjectStore;
  photos: PhotoSweep;
  scoring: PeopleScoring;
  /** Runs a change of collections, alone where the gallery needs it. */
  inTurn<T>(collections: readonly CollectionRef[], change: () => Promise<T>): Promise<T>;
  /** What searches follow the store with, in the change's turn. */
  follow: {
    add(person: PersonRef, faceIds: readonly number[]): Promise<void>;
    remove(erased: Erased): Promise<void>;
  };
}

/** The editor over the store; what searches look at follows. */
export class StoredPeopleEditor implements PeopleEditor {
  readonly #parts: PeopleEditorParts;

  constructor(parts: PeopleEditorParts) {
    this.#parts = parts;
  }

  saveUsers(collection: CollectionRef, users: readonly User[]): Promise<SavedUser[]> {
    return this.#parts.store.changes.saveUsers(collection, users);
  }

  async rename(collection: CollectionRef, userId: string, to: string): Promise<void> {
    const fault = await this.#parts.store.changes.rename(collection, userId, to);
    if (fault) throw errorOf(fault);
  }

  async merge(
    collection: CollectionRef,
    userId: string,
    from: readonly string[],
    name?: string,
  ): Promise<User & { faces: number }> {
    const { store, scoring, inTurn } = this.#parts;
    // The index knows faces by their numbers, which stay.
    const merged = await inTurn([collection], () => store.changes.merge(collection, userId, from, name));
    if (!merged) throw new FaceSearchError('USER_NOT_FOUND');
    scoring.erased(collection.tenant, merged.faceIds);
    scoring.added(collection.tenant, merged.person);
    return { ...merged.user, faces: merged.faces };
  }

  move(collection: CollectionRef, ids: readonly string[], to: string, isCopy: boolean): Promise<BatchOutcome> {
    return each(ids, (id) => (isCopy ? this.#copy(collection, id, to) : this.#move(collection, id, to)));
  }

  async remove(
    collection: CollectionRef,
    ids: readonly string[],
    minutes: number,
  ): Promise<BatchOutcome & { bin?: RecycleBin }> {
    const { store, photos, scoring, inTurn, follow } = this.#parts;
    const bin = { token: randomUUID(), eraseAt: new Date(Date.now() + minutes * MINUTE_MS) };
    const outcome = await each(ids, async (id) => {
      const erased = await inTurn([collection], async () => {
        const gone = await (minutes > 0
          ? store.changes.recycle(collection, id, bin)
          : store.deleteUser(collection, id));
        if (gone) await follow.remove(gone);
        return gone;
      });
      if (!erased) throw new FaceSearchError('USER_NOT_FOUND');
      scoring.erased(collection.tenant, erased.faceIds);
    });
    if (minutes === 0) await photos.run();
    return minutes > 0 && outcome.done.length > 0 ? { ...outcome, bin } : outcome;
  }

  async restore(collection: CollectionRef, token: string): Promise<BatchOutcome> {
    const { store, scoring, inTurn, follow } = this.#parts;
    const users = await inTurn([collection], async () => {
      const restored = await store.changes.restore(collection, token);
      for (const user of restored)
        if ('restored' in user) await follow.add(user.restored.person, user.restored.faceIds);
      return restored;
    });
    if (users.length === 0) throw new FaceSearchError('UNDO_OVER');
    const outcome: BatchOutcome = { done: [], failed: [] };
    for (const user of users) {
      if ('fault' in user) outcome.failed.push({ id: user.id, error: errorOf(user.fault) });
      else {
        outcome.done.push(user.id);
        scoring.added(collection.tenant, user.restored.person);
      }
    }
    return outcome;
  }

  async #move(collection: CollectionRef, id: string, to: string): Promise<void> {
    const { store, scoring, inTurn, follow } = this.#parts;
    const moved = await inTurn([collection, { ...collection, collection: to }], async () => {
      const result = await store.changes.move(collection, id, to);
      if (typeof result !== 'string') {
        await follow.remove(result.erased);
        await follow.add(result.person, result.faceIds);
      }
      return result;
    });
    if (typeof moved === 'string') throw errorOf(moved);
    scoring.erased(collection.tenant, moved.erased.faceIds);
    scoring.added(collection.tenant, moved.person);
  }

  async #copy(collection: CollectionRef, id: string, to: string): Promise<void> {
    const { store, objects, photos, scoring, inTurn, follow } = this.#parts;
    const target = { ...collection, collection: to };
    if (await store.findUser(target, id)) throw errorOf('id-taken');
    const faces = await store.facesOfUser(collection, id);
    const kept = faces.flatMap(({ faceId, objectKey }) => (objectKey === undefined ? [] : [{ faceId, objectKey }]));
    const keys = new Map<number, string>();
    /** Each photo is written and announced first, so that none is left behind whatever happens. */
    const withPhotos = async (rest: typeof kept): Promise<void> => {
      const [face, ...others] = rest;
      const photo = face && (await objects.get(face.objectKey));
      if (face && photo) {
        const key = newObjectKey();
        return photos.keep(key, photo, () => {
          keys.set(face.faceId, key);
          return withPhotos(others);
        });
      }
      if (face) return withPhotos(others);
      const copied = await inTurn([target], async () => {
        const result = await store.changes.copy(collection, id, to, keys);
        if (typeof result !== 'string') await follow.add(result.person, result.faceIds);
        return result;
      });
      if (typeof copied === 'string') throw errorOf(copied);
      scoring.added(collection.tenant, copied.person);
    };
    await withPhotos(kept);
  }
}

async function each(ids: readonly string[], change: (id: string) => Promise<void>): Promise<BatchOutcome> {
  const outcome: BatchOutcome = { done: [], failed: [] };
  for (const id of new Set(ids)) {
    try {
      await change(id);
      outcome.done.push(id);
    } catch (error) {
      if (!(error instanceof FaceSearchError)) throw error;
      outcome.failed.push({ id, error });
    }
  }
  return outcome;
}

function errorOf(fault: ChangeFault): FaceSearchError {
  const names: Record<ChangeFault, ErrorArguments> = {
    'user-not-found': ['USER_NOT_FOUND'],
    'id-taken': ['ID_TAKEN'],
    'id-conflict': ['BAD_INPUT', 'id-conflict'],
  };
  return new FaceSearchError(...names[fault]);
}
