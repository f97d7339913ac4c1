import { FaceSearchError } from '../core/errors.js';
import type {
  CollectionCount,
  CollectionRef,
  FaceRecord,
  PeopleStore,
  User,
} from '../persistence/people/people-store.js';
import type { ObjectStore } from '../persistence/photos/object-store.js';

export interface PageRequest {
  /** Part of an id or a name; case and accents do not matter. Empty: everybody. */
  search: string;
  /** Users to skip. */
  offset: number;
  limit: number;
}

export interface ListedUser extends User {
  faces: number;
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
  /** Faces in order of creation. @throws FaceSearchError USER_NOT_FOUND */
  faces(collection: CollectionRef, userId: string): Promise<FaceRecord[]>;
  /** The photo that was kept of a face. @throws FaceSearchError USER_NOT_FOUND, FACE_NOT_FOUND, PHOTO_NOT_FOUND */
  photo(collection: CollectionRef, userId: string, faceId: number): Promise<Buffer>;
}

/**
 * The directory over the store. With a data key ids and names lie encrypted, so a search reads every user of the
 * collection, as a list does.
 */
export class StoredUserDirectory implements UserDirectory {
  readonly #people: PeopleStore;
  readonly #objects: ObjectStore;

  constructor(people: PeopleStore, objects: ObjectStore) {
    this.#people = people;
    this.#objects = objects;
  }

  collections(tenant: string): Promise<CollectionCount[]> {
    return this.#people.countPeople(tenant);
  }

  async page(collection: CollectionRef, { search, offset, limit }: PageRequest): Promise<UserPage> {
    const users = await this.#people.listUsers(collection);
    const wanted = folded(search);
    const matching = wanted === '' ? users : users.filter(({ id, name }) => isIn(wanted, id) || isIn(wanted, name));
    const page = matching.slice(offset, offset + limit).map(async (user) => {
      const faces = await this.#people.facesOfUser(collection, user.id);
      return { ...user, faces: faces.length };
    });
    return { total: matching.length, users: await Promise.all(page) };
  }

  async faces(collection: CollectionRef, userId: string): Promise<FaceRecord[]> {
    if (!(await this.#people.findUser(collection, userId))) throw new FaceSearchError('USER_NOT_FOUND');
    return this.#people.facesOfUser(collection, userId);
  }

  async photo(collection: CollectionRef, userId: string, faceId: number): Promise<Buffer> {
    const face = (await this.faces(collection, userId)).find((one) => one.faceId === faceId);
    if (!face) throw new FaceSearchError('FACE_NOT_FOUND');
    const photo = face.objectKey === undefined ? undefined : await this.#objects.get(face.objectKey);
    if (!photo) throw new FaceSearchError('PHOTO_NOT_FOUND');
    return photo;
  }
}

function isIn(wanted: string, text: string): boolean {
  return folded(text).includes(wanted);
}

/** Without case and accents, so that `duc` finds Đức. */
function folded(text: string): string {
  return text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase().replaceAll('đ', 'd');
}
