import { folded } from '../../core/folded.js';
import type { CollectionRef, User } from './people-store.js';

/**
 * Orders of a list of users. `created`: the oldest first; `newest`: the other way round. `id` and `name` without case and accents,
 * users without a name last. Of equal ones the older comes first.
 */
export const userSorts = ['created', 'newest', 'id', 'name'] as const;
export type UserSort = (typeof userSorts)[number];

/** Where the next page begins: after this user. */
export interface UserPlace {
  /** Number of the user. */
  userId: number;
  /** What the user is sorted by; '' where that is the number. */
  key: string;
}

export interface UserPageQuery {
  /** Part of an id or a name; case and accents do not matter. Empty: everybody. */
  search: string;
  sort: UserSort;
  /** Only users who have no face. */
  withoutFace: boolean;
  /** Users to skip, after the place. Costs as much as reading them. */
  offset: number;
  /** Undefined for the first page. */
  after: UserPlace | undefined;
  limit: number;
}

export interface ListedUser extends User {
  faces: number;
  /** The newest face whose photo is kept. */
  portrait: number | undefined;
}

export interface StoredUserPage {
  /** Users that match, on all pages. */
  total: number;
  /** False where only some of those that match were counted: there are `total` or more. */
  isTotalExact: boolean;
  users: ListedUser[];
  /** Undefined on the last page. */
  next: UserPlace | undefined;
}

export interface NumberedUser extends User {
  userId: number;
}

/** Users of a collection in pages: what people look through, and what lists are made of. */
export interface UserPages {
  /** None in an unknown collection. */
  page(collection: CollectionRef, query: UserPageQuery): Promise<StoredUserPage>;
  /** Users in order of creation. @param userId number of the user before them; 0 for the first ones */
  usersAfter(collection: CollectionRef, userId: number, limit: number): Promise<NumberedUser[]>;
}

export const emptyPage: StoredUserPage = { total: 0, isTotalExact: true, users: [], next: undefined };

/** What users are searched and sorted by. */
export interface FoldedUser {
  id: string;
  name: string;
}

/** Comes after every name that there is. */
const NO_NAME = '\u{10ffff}';

export function foldedUser({ id, name }: User): FoldedUser {
  return { id: folded(id).replaceAll('\n', ' '), name: folded(name).replaceAll('\n', ' ') };
}

/** What a user is sorted by, where it is not the number. */
export function sortKey(sort: 'id' | 'name', { id, name }: FoldedUser): string {
  if (sort === 'id') return id;
  return name === '' ? NO_NAME : name;
}
