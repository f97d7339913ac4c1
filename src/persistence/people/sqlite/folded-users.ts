import { type FoldedUser, sortKey, type UserPageQuery, type UserPlace, type UserSort } from '../user-pages.js';

/** What {@link FoldedUsers} holds of a user. */
export interface IndexedUser extends FoldedUser {
  /** Numbers of users are never used again, and grow. */
  userId: number;
  withoutFace: boolean;
}

/** Users of a page by their numbers. */
export interface FoundUsers {
  userIds: number[];
  total: number;
  next: UserPlace | undefined;
}

type TextSort = 'id' | 'name';

interface Matched {
  search: string;
  withoutFace: boolean;
  total: number;
  /** Ascending; undefined where they are too many. Along a list, those are met soon. */
  places: number[] | undefined;
}

/** Places of a search that are kept: to sort them takes a few milliseconds. */
const MAX_PLACES = 5000;

/** When more than this share of the entries is of users who are gone, they are left out. */
const MOST_GONE = 0.5;

/**
 * Ids and names of one collection in memory, without case and accents: about 160 bytes a user. A search looks at all of them, some
 * 90 ns each; a page of a sorted list at those of the page.
 */
export class FoldedUsers {
  /** Ascending. A user's place in these lists stays until those who are gone are left out. */
  #userIds: number[] = [];
  #users: (FoldedUser | undefined)[] = [];
  #withoutFace: boolean[] = [];
  #gone = 0;
  /** Places in the order of ids and of names, made when they are first asked for. */
  readonly #orders = new Map<TextSort, Uint32Array>();
  /** Places that the orders lack. */
  readonly #unordered = new Set<number>();
  /** Places that the orders have where the user was before a change, or though the user is gone. */
  readonly #misplaced = new Set<number>();
  readonly #maxPlaces: number;
  /** Of the last search. */
  #matched: Matched | undefined;

  /** @param maxPlaces found by a search that are kept */
  constructor(maxPlaces = MAX_PLACES) {
    this.#maxPlaces = maxPlaces;
  }

  get size(): number {
    return this.#userIds.length - this.#gone;
  }

  /** The highest number that was ever set. */
  get lastUserId(): number {
    return this.#userIds.at(-1) ?? 0;
  }

  /** Adds a user with a number beyond all others, or changes one. */
  set({ userId, id, name, withoutFace }: IndexedUser): void {
    this.#matched = undefined;
    const at = userId > this.lastUserId ? this.#userIds.push(userId) - 1 : this.#placeOf(userId);
    // Gone before this was read, for good.
    if (at === undefined) return;
    const before = this.#users[at];
    this.#withoutFace[at] = withoutFace;
    if (before && before.id === id && before.name === name) return;
    this.#users[at] = { id, name };
    if (this.#orders.size === 0) return;
    this.#unordered.add(at);
    if (before) this.#misplaced.add(at);
  }

  delete(userId: number): void {
    const at = this.#placeOf(userId);
    if (at === undefined || this.#users[at] === undefined) return;
    this.#matched = undefined;
    this.#users[at] = undefined;
    this.#gone++;
    if (this.#orders.size > 0) this.#misplaced.add(at);
    if (this.#gone > MOST_GONE * this.#userIds.length) this.#leaveOutGone();
  }

  /** @param query whose `search` is folded */
  find({ search, sort, withoutFace, offset, after, limit }: UserPageQuery): FoundUsers {
    const { total, places } = this.#match(search, withoutFace);
    const found: number[] = [];
    let skip = offset;
    for (const at of places ? this.#among(places, sort, after) : this.#from(sort, after)) {
      if (!places && !this.#matches(at, search, withoutFace)) continue;
      if (skip > 0) skip--;
      else if (found.push(at) > limit) break;
    }
    const last = found.length > limit ? found[limit - 1] : undefined;
    const userIds = found.slice(0, limit).map((at) => this.#userIds[at] as number);
    return { userIds, total, next: last === undefined ? undefined : this.#pagePlace(sort, last) };
  }

  /** Everybody is counted once for all pages. */
  #match(search: string, withoutFace: boolean): Matched {
    if (search === '' && !withoutFace) return { search, withoutFace, total: this.size, places: undefined };
    const before = this.#matched;
    if (before?.search === search && before.withoutFace === withoutFace) return before;
    // While somebody types, only those are looked at who were found before.
    const among =
      before && before.withoutFace === withoutFace && search.includes(before.search) ? before.places : undefined;
    const places: number[] = [];
    let total = 0;
    const look = (at: number) => {
      if (this.#matches(at, search, withoutFace) && ++total <= this.#maxPlaces) places.push(at);
    };
    if (among) among.forEach(look);
    else for (let at = 0; at < this.#users.length; at++) look(at);
    this.#matched = { search, withoutFace, total, places: total <= this.#maxPlaces ? places : undefined };
    return this.#matched;
  }

  #matches(at: number, search: string, withoutFace: boolean): boolean {
    const user = this.#users[at];
    if (!user || (withoutFace && !this.#withoutFace[at])) return false;
    return search === '' || user.id.includes(search) || user.name.includes(search);
  }

  /** Of some places, in their own order, those after one, in the order asked for. */
  #among(places: readonly number[], sort: UserSort, after: UserPlace | undefined): readonly number[] {
    const number = (at: number) => this.#userIds[at] as number;
    if (sort === 'created') return after ? places.filter((at) => number(at) > after.userId) : places;
    if (sort === 'newest') return places.filter((at) => !after || number(at) < after.userId).reverse();
    const rest = places.filter((at) => !after || this.#compareTo(sort, at, after) > 0);
    return rest.sort((p, q) => this.#compare(sort, p, q));
  }

  #pagePlace(sort: UserSort, at: number): UserPlace {
    const userId = this.#userIds[at] as number;
    return { userId, key: sort === 'id' || sort === 'name' ? this.#key(sort, at) : '' };
  }

  /** Places in an order, after one. */
  *#from(sort: UserSort, after: UserPlace | undefined): Iterable<number> {
    const places = this.#userIds.length;
    if (sort === 'created') {
      for (let at = after ? this.#lowerBound(after.userId + 1) : 0; at < places; at++) yield at;
    } else if (sort === 'newest') {
      for (let at = (after ? this.#lowerBound(after.userId) : places) - 1; at >= 0; at--) yield at;
    } else {
      const order = this.#orderBy(sort);
      const isAfter = (at: number) => !after || this.#compareTo(sort, at, after) > 0;
      for (let i = after ? firstIndex(order.length, (i) => isAfter(order[i] as number)) : 0; i < order.length; i++) {
        yield order[i] as number;
      }
    }
  }

  #orderBy(sort: TextSort): Uint32Array {
    if (this.#unordered.size > 0 || this.#misplaced.size > 0) {
      for (const [each, order] of this.#orders) this.#orders.set(each, this.#merged(each, order));
      this.#unordered.clear();
      this.#misplaced.clear();
    }
    let order = this.#orders.get(sort);
    if (!order) {
      const places = Uint32Array.from(this.#userIds.keys()).filter((at) => this.#users[at] !== undefined);
      const keys = this.#users.map((user) => (user ? sortKey(sort, user) : ''));
      order = places.sort((p, q) => {
        const [a, b] = [keys[p] as string, keys[q] as string];
        return a < b ? -1 : a > b ? 1 : p - q;
      });
      this.#orders.set(sort, order);
    }
    return order;
  }

  /** An order with those that it lacks, and without those who are gone. */
  #merged(sort: TextSort, order: Uint32Array): Uint32Array {
    const isThere = (at: number) => this.#users[at] !== undefined;
    const added = [...this.#unordered].filter(isThere).sort((p, q) => this.#compare(sort, p, q));
    const kept = this.#misplaced.size === 0 ? order : without(order, this.#misplaced, this.#userIds.length);
    const merged = new Uint32Array(kept.length + added.length);
    let from = 0;
    for (const [i, at] of added.entries()) {
      const to = firstIndex(kept.length, (j) => this.#compare(sort, kept[j] as number, at) > 0);
      merged.set(kept.subarray(from, to), from + i);
      merged[to + i] = at;
      from = to;
    }
    merged.set(kept.subarray(from), from + added.length);
    return merged;
  }

  #compare(sort: TextSort, p: number, q: number): number {
    const [a, b] = [this.#key(sort, p), this.#key(sort, q)];
    return a < b ? -1 : a > b ? 1 : p - q;
  }

  #compareTo(sort: TextSort, at: number, { key, userId }: UserPlace): number {
    const own = this.#key(sort, at);
    return own < key ? -1 : own > key ? 1 : (this.#userIds[at] as number) - userId;
  }

  /** Of somebody who is gone, one that sorts somewhere; an order is merged before it is looked through. */
  #key(sort: TextSort, at: number): string {
    const user = this.#users[at];
    return user ? sortKey(sort, user) : '';
  }

  #placeOf(userId: number): number | undefined {
    const at = this.#lowerBound(userId);
    return this.#userIds[at] === userId ? at : undefined;
  }

  /** The first place with such a number or a higher one. */
  #lowerBound(userId: number): number {
    return firstIndex(this.#userIds.length, (at) => (this.#userIds[at] as number) >= userId);
  }

  #leaveOutGone(): void {
    // The last one stays: its number says which ones are new.
    const kept = [...this.#userIds.keys()].filter((at) => this.#users[at] || at === this.#userIds.length - 1);
    const isLastGone = kept.length > 0 && this.#users.at(-1) === undefined;
    [this.#userIds, this.#users, this.#withoutFace] = [
      kept.map((at) => this.#userIds[at] as number),
      kept.map((at) => this.#users[at]),
      kept.map((at) => this.#withoutFace[at] as boolean),
    ];
    this.#gone = isLastGone ? 1 : 0;
    this.#orders.clear();
    this.#unordered.clear();
    this.#misplaced.clear();
  }
}

/** An order without some of its places: a few nanoseconds for each of a million. */
function without(order: Uint32Array, places: ReadonlySet<number>, allPlaces: number): Uint32Array {
  const isLeftOut = new Uint8Array(allPlaces);
  for (const at of places) isLeftOut[at] = 1;
  const kept = new Uint32Array(order.length);
  let length = 0;
  for (let i = 0; i < order.length; i++) {
    const at = order[i] as number;
    if (!isLeftOut[at]) kept[length++] = at;
  }
  return kept.slice(0, length);
}

/** The first index from which on something holds; the length where it never does. */
function firstIndex(length: number, holds: (index: number) => boolean): number {
  let [low, high] = [0, length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (holds(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}
