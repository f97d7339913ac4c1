import { FaceSearchError } from '../core/errors.js';
import type {
  CollectionCount,
  CollectionRef,
  FaceRecord,
  PeopleStore,
  User,
} from '../persistence/people/people-store.js';
import type { ListedUser, UserPages, UserSort } from '../persistence/people/user-pages.js';
import type { ObjectStore } from '../persistence/photos/object-store.js';
import type { PhotoOutbox } from '../persistence/photos/photo-outbox.js';
import { cursorOf, placeAt } from './page-cursor.js';
import { type MakePortrait, Portraits } from './portraits.js';

/** Users of a list read at a time. */
const USERS_AT_A_TIME = 1000;

export interface PageRequest {
  /** Part of an id or a name; case and accents do not matter. Empty: everybody. */
  search: string;
  sort: UserSort;
  /** Only users who have no face. */
  withoutFace: boolean;
  /** `next` of the page before; undefined for the first one. */
  cursor: string | undefined;
  /** Users to skip. Costs as much as reading them; a cursor costs nothing. */
  offset: number;
  limit: number;
}

export interface UserPage {
  /** Users that match, on all pages. */
  total: number;
  /** False where only some of those that match were counted: there are `total` or more. */
  isTotalExact: boolean;
  users: ListedUser[];
  /** Cursor of the next page; undefined on the last one. */
  next: string | undefined;
}

/** What people look up in a gallery; it changes nothing. */
export interface UserDirectory {
  /** A tenant's collections, in order of their names. */
  collections(tenant: string): Promise<CollectionCount[]>;
  /** None in an unknown collection. @throws FaceSearchError BAD_INPUT for a cursor that is none of this order */
  page(collection: CollectionRef, request: PageRequest): Promise<UserPage>;
  /** All users in order of creation, some at a time; at least one array, which may be empty. */
  everybody(collection: CollectionRef): AsyncIterable<User[]>;
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

/** The directory over the store. */
export class StoredUserDirectory implements UserDirectory {
  readonly #people: PeopleStore & { readonly userPages: UserPages };
  readonly #objects: ObjectStore;
  readonly #portraits: Portraits;

  constructor(people: PeopleStore & PhotoOutbox & { readonly userPages: UserPages }, objects: ObjectStore) {
    this.#people = people;
    this.#objects = objects;
    this.#portraits = new Portraits(people, objects);
  }

  collections(tenant: string): Promise<CollectionCount[]> {
    return this.#people.countPeople(tenant);
  }

  async page(collection: CollectionRef, { cursor, ...request }: PageRequest): Promise<UserPage> {
    const after = cursor === undefined ? undefined : placeAt(cursor, request.sort);
    const { next, ...page } = await this.#people.userPages.page(collection, { ...request, after });
    return { ...page, next: next && cursorOf(next, request.sort) };
  }

  async *everybody(collection: CollectionRef): AsyncIterable<User[]> {
    for (let after = 0; ; ) {
      const users = await this.#people.userPages.usersAfter(collection, after, USERS_AT_A_TIME);
      const last = users.at(-1);
      if (after === 0 || last) yield users.map(({ id, name }) => ({ id, name }));
      if (!last || users.length < USERS_AT_A_TIME) return;
      after = last.userId;
    }
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
