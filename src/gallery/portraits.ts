import { createHash } from 'node:crypto';
import type { CollectionRef, PeopleStore } from '../persistence/people/people-store.js';
import type { ObjectStore } from '../persistence/photos/object-store.js';
import type { PhotoOutbox } from '../persistence/photos/photo-outbox.js';
import { StoreError } from '../persistence/store-error.js';
import { portraitKeyOf } from './sweeps/photo-sweep.js';

/** Makes a small picture of the face of a photo. */
export type MakePortrait = (photo: Buffer) => Promise<Buffer>;

/** Whose face a photo is. */
export interface PortraitOf {
  collection: CollectionRef;
  userId: string;
  faceId: number;
  /** Of the photo. */
  objectKey: string;
}

/**
 * Small pictures of faces beside their photos in the object store, made when they are first asked for. The sweep that deletes
 * a photo deletes its portrait first.
 */
export class Portraits {
  readonly #store: Pick<PeopleStore, 'facesOfUser'> & PhotoOutbox;
  readonly #objects: ObjectStore;
  /** Those that are being made, by their keys: a page may ask twice for one. */
  readonly #making = new Map<string, Promise<Buffer | undefined>>();

  constructor(store: Pick<PeopleStore, 'facesOfUser'> & PhotoOutbox, objects: ObjectStore) {
    this.#store = store;
    this.#objects = objects;
  }

  /** Changes with the photo: for caches. */
  static tagOf({ objectKey }: PortraitOf): string {
    return `"${createHash('sha256').update(`portrait/${objectKey}`).digest('base64url').slice(0, 22)}"`;
  }

  /** Undefined when the photo is gone. */
  async get(face: PortraitOf, make: MakePortrait): Promise<Buffer | undefined> {
    const key = portraitKeyOf(face.objectKey);
    if (key === undefined) return undefined;
    const kept = await this.#objects.get(key);
    if (kept) return kept;
    const making = this.#making.get(key) ?? this.#make(key, face, make);
    this.#making.set(key, making);
    try {
      return await making;
    } finally {
      this.#making.delete(key);
    }
  }

  async #make(key: string, face: PortraitOf, make: MakePortrait): Promise<Buffer | undefined> {
    const photo = await this.#objects.get(face.objectKey);
    if (!photo) return undefined;
    const portrait = await make(photo);
    // Announced first, and only taken off the list while the face is there: whenever the face is erased, the portrait goes. An
    // erasure before the look leaves it on the list; one after it sweeps the photo, and the portrait with it.
    await this.#store.reserveObject(key);
    try {
      await this.#objects.put(key, portrait);
    } catch (error) {
      // A sweep may have taken what was half written: because the face is gone, or because the key stood on the list.
      if (!(await this.#isThere(face))) return undefined;
      if (!(error instanceof StoreError && error.trouble === 'no-file')) throw error;
    }
    if (await this.#isThere(face)) {
      await this.#store.objectsDeleted([key]);
      return portrait;
    }
    // A sweep that looked for it before it was written found no file, and takes the key off the list.
    await this.#objects.delete(key);
    await this.#store.objectsDeleted([key]);
    return undefined;
  }

  async #isThere({ collection, userId, objectKey }: PortraitOf): Promise<boolean> {
    const faces = await this.#store.facesOfUser(collection, userId);
    return faces.some((face) => face.objectKey === objectKey);
  }
}
