import { setImmediate } from 'node:timers/promises';
import { FaceSearchError } from '../core/errors.js';
import type {
  CollectionCount,
  CollectionRef,
  FaceRecord,
  PeopleStore,
  User,
} from '../persistence/people/people-store.js';
import type { ObjectStore } from '../persistence/photos/object-store.js';
import type { PhotoOutbox } from '../persistence/photos/photo-outbox.js';
import { type MakePortrait, Portraits } from './portraits.js';

export interface PageRequest {
  /** Part of an id or a name; case and accents do not matter. Empty: everybody. */
  search: string;
  /** Users to skip. */
  offset: number;
  limit: number;
}

export interface ListedUser extends User {
  faces: number;
  /** The newest face whose photo is kept. */
  portrait: number | undefined;
}

export interface UserPage {
  /** Users that match, on all pages. */
  total: number;
  users: ListedUser[];
}

/** What people look up in a gallery; it changes nothing. */
export interface UserDirectory {
  /** A tenant's collections, in order of their names. */
  collections(tenant: string): Promise<CollectionCount[]>;
  /** Users in order of creation; none in an unknown collection. */
  page(collection: CollectionRef, request: PageRequest): Promise<UserPage>;
  /** All users in order of creation; none in an unknown collection. */
  everybody(collection: CollectionRef): Promise<ListedUser[]>;
  /** A user with what a list tells. */
  withFaces(collection: CollectionRef, user: User): Promise<ListedUser>;
  /** Faces in order of creation. @throws FaceSearchError USER_NOT_FOUND */
  faces(collection: CollectionRef, userId: string): Promise<FaceRecord[]>;
  /** The same; none of an unknown user. */
  facesIfAny(collection: CollectionRef, userId: string): Promise<FaceRecord[]>;
  /** The photo that was kept of a face. @throws FaceSearchError USER_NOT_FOUND, FACE_NOT_FOUND, PHOTO_NOT_FOUND */
  photo(collection: CollectionRef, userId: string, faceId: number): Promise<Buffer>;
  /**
   * A small picture of a face whose photo is kept.
   * @param known tag of the picture that the caller has already; it is not read again then
   * @throws FaceSearchError USER_NOT_FOUND, FACE_NOT_FOUND, PHOTO_NOT_FOUND
   */
  portrait(face: FaceOf, make: MakePortrait, known?: string): Promise<{ tag: string; picture: Buffer | undefined }>;
  /** Which face of a user can be shown: the given one or, where no photo of it is kept, the newest with a photo. */
  shownFace(collection: CollectionRef, userId: string, faceId: number): Promise<number | undefined>;
}

export interface FaceOf {
  collection: CollectionRef;
  userId: string;
  faceId: number;
}

/** Users whose faces are read between two turns of the event loop: a few milliseconds. */
const USERS_PER_TURN = 100;

/**
 * The directory over the store. With a data key ids and names lie encrypted, so a search reads every user of the
 * collection, as a list does.
 */
export class StoredUserDirectory implements UserDirectory {
  readonly #people: PeopleStore;
  readonly #objects: ObjectStore;
  readonly #portraits: Portraits;

  constructor(people: PeopleStore & PhotoOutbox, objects: ObjectStore) {
    this.#people = people;
    this.#objects = objects;
    this.#portraits = new Portraits(people, objects);
  }

  collections(tenant: string): Promise<CollectionCount[]> {
    return this.#people.countPeople(tenant);
  }

  async page(collection: CollectionRef, { search, offset, limit }: PageRequest): Promise<UserPage> {
    const users = await this.#people.listUsers(collection);
    const wanted = folded(search);
    const matching = wanted === '' ? users : users.filter(({ id, name }) => isIn(wanted, id) || isIn(wanted, name));
    const page = matching.slice(offset, offset + limit).map((user) => this.withFaces(collection, user));
    return { total: matching.length, users: await Promise.all(page) };
  }

  async everybody(collection: CollectionRef): Promise<ListedUser[]> {
    const listed: ListedUser[] = [];
    for (const user of await this.#people.listUsers(collection)) {
      listed.push(await this.withFaces(collection, user));
      if (listed.length % USERS_PER_TURN === 0) await setImmediate();
    }
    return listed;
  }

  async faces(collection: CollectionRef, userId: string): Promise<FaceRecord[]> {
    if (!(await this.#people.findUser(collection, userId))) throw new FaceSearchError('USER_NOT_FOUND');
    return this.#people.facesOfUser(collection, userId);
  }

  facesIfAny(collection: CollectionRef, userId: string): Promise<FaceRecord[]> {
    return this.#people.facesOfUser(collection, userId);
  }

  async photo(collection: CollectionRef, userId: string, faceId: number): Promise<Buffer> {
    const { objectKey } = await this.#keptFace({ collection, userId, faceId });
    return found(await this.#objects.get(objectKey));
  }

  async portrait(
    face: FaceOf,
    make: MakePortrait,
    known?: string,
  ): Promise<{ tag: string; picture: Buffer | undefined }> {
    const kept = await this.#keptFace(face);
    const tag = Portraits.tagOf(kept);
    return { tag, picture: tag === known ? undefined : found(await this.#portraits.get(kept, make)) };
  }

  async shownFace(collection: CollectionRef, userId: string, faceId: number): Promise<number | undefined> {
    const faces = await this.#people.facesOfUser(collection, userId);
    const own = faces.find((face) => face.faceId === faceId);
    return own?.objectKey === undefined ? newestWithPhoto(faces) : faceId;
  }

  async withFaces(collection: CollectionRef, user: User): Promise<ListedUser> {
    const faces = await this.#people.facesOfUser(collection, user.id);
    return { ...user, faces: faces.length, portrait: newestWithPhoto(faces) };
  }

  async #keptFace(face: FaceOf): Promise<FaceOf & { objectKey: string }> {
    const faces = await this.faces(face.collection, face.userId);
    const record = faces.find(({ faceId }) => faceId === face.faceId);
    if (!record) throw new FaceSearchError('FACE_NOT_FOUND');
    return { ...face, objectKey: found(record.objectKey) };
  }
}

function found<T>(kept: T | undefined): T {
  if (kept === undefined) throw new FaceSearchError('PHOTO_NOT_FOUND', 'photo-not-found');
  return kept;
}

function newestWithPhoto(faces: readonly FaceRecord[]): number | undefined {
  return faces.findLast(({ objectKey }) => objectKey !== undefined)?.faceId;
}

function isIn(wanted: string, text: string): boolean {
  return folded(text).includes(wanted);
}

/** Without case and accents, so that `duc` finds Đức. */
function folded(text: string): string {
  return text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase().replaceAll('đ', 'd');
}
