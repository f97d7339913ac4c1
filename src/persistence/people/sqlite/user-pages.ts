import { setImmediate } from 'node:timers/promises';
import { folded } from '../../../core/folded.js';
import type { RowEncryption, UserRow } from '../../encryption/row-encryption.js';
import type { Database, Statement } from '../../sqlite.js';
import type { CollectionRef, User } from '../people-store.js';
import {
  emptyPage,
  foldedUser,
  type ListedUser,
  type NumberedUser,
  type StoredUserPage,
  type UserPageQuery,
  type UserPages,
  type UserPlace,
} from '../user-pages.js';
import { FoldedUsers } from './folded-users.js';
import type { GuardedDatabase } from './guarded-database.js';
import type { PeopleRows } from './people-rows.js';
import { userColumns } from './sqlite-statements.js';

/** Users read into memory between two turns of the event loop: some 20 ms with a data key. */
const USERS_PER_TURN = 2000;

/** Users in memory at a time, about 1 GB: beyond, the collections that were asked for longest ago make place. */
const MAX_IN_MEMORY = 5_000_000;

type IndexedRow = UserRow & { withoutFace: 0 | 1 };
type ListedRow = UserRow & { faces: number; portrait: number | null };

/**
 * Users of SQLite in pages. In order of creation they are read by an index. For searches, and for the orders of names and ids, the
 * ids and names of the collection lie in memory, folded, whether they are encrypted in the file or not: nothing that could be
 * searched in is ever written. They are read once, in turns, when they are first needed; later questions read only what has been
 * changed since. Hosted by one thread.
 */
export class SqliteUserPages implements UserPages {
  readonly #db: GuardedDatabase;
  readonly #sql: ReturnType<typeof prepare>;
  readonly #rows: Pick<PeopleRows, 'collectionId'>;
  readonly #encryption: RowEncryption;
  readonly #maxInMemory: number;
  /** By the collection's number; the one that was asked for last is last. */
  readonly #loads = new Map<number, Promise<void>>();
  /** Those that are in memory, also in part. */
  readonly #lists = new Map<number, FoldedUsers>();
  readonly #complete = new WeakSet<FoldedUsers>();
  /** Up to where changes were followed, in every list that is in memory. */
  #lastChange = 0;

  constructor(
    db: GuardedDatabase,
    raw: Database,
    rows: Pick<PeopleRows, 'collectionId'>,
    encryption: RowEncryption,
    maxInMemory = MAX_IN_MEMORY,
  ) {
    this.#db = db;
    this.#sql = prepare(raw);
    this.#rows = rows;
    this.#encryption = encryption;
    this.#maxInMemory = maxInMemory;
  }

  async page(collection: CollectionRef, query: UserPageQuery): Promise<StoredUserPage> {
    const { sort, search } = query;
    const collectionId = this.#db.read(() => this.#rows.collectionId(collection));
    if (collectionId === undefined) return emptyPage;
    if (search === '' && (sort === 'created' || sort === 'newest')) {
      return this.#db.read(() => this.#pageByNumber(collectionId, query, sort));
    }
    await this.#load(collectionId);
    return (
      this.#db.read(() => {
        this.#follow();
        const users = this.#lists.get(collectionId);
        if (!users) return undefined;
        const { userIds, ...found } = users.find({ ...query, search: folded(search) });
        const listed = userIds.flatMap((userId) => this.#sql.listed.all(userId));
        return { ...found, isTotalExact: true, users: listed.map((row) => this.#listed(row)) };
      }) ?? this.page(collection, query)
    );
  }

  async usersAfter(collection: CollectionRef, userId: number, limit: number): Promise<NumberedUser[]> {
    return this.#db.read(() => {
      const collectionId = this.#rows.collectionId(collection);
      if (collectionId === undefined) return [];
      return this.#sql.usersAfter
        .all(collectionId, userId, limit)
        .map((row) => ({ ...this.#encryption.decryptUser(row), userId: row.userId }));
    });
  }

  #pageByNumber(
    collectionId: number,
    { after, withoutFace, offset, limit }: UserPageQuery,
    sort: 'created' | 'newest',
  ): StoredUserPage {
    const from = after?.userId ?? (sort === 'created' ? 0 : Number.MAX_SAFE_INTEGER);
    const rows = this.#sql[sort][withoutFace ? 'withoutFace' : 'all'].all(collectionId, from, limit + 1, offset);
    const last = rows.length > limit ? rows[limit - 1] : undefined;
    const next: UserPlace | undefined = last && { userId: last.userId, key: '' };
    const total = this.#sql[withoutFace ? 'countWithoutFace' : 'count'].get(collectionId) ?? 0;
    return { total, isTotalExact: true, users: rows.slice(0, limit).map((row) => this.#listed(row)), next };
  }

  #listed(row: ListedRow): ListedUser {
    return { ...this.#encryption.decryptUser(row), faces: row.faces, portrait: row.portrait ?? undefined };
  }

  /** Reads a collection into memory, unless it is there. */
  async #load(collectionId: number): Promise<void> {
    const loading = this.#loads.get(collectionId) ?? this.#read(collectionId);
    this.#loads.delete(collectionId);
    this.#loads.set(collectionId, loading);
    try {
      await loading;
    } catch (error) {
      this.#forget(collectionId);
      throw error;
    }
  }

  async #read(collectionId: number): Promise<void> {
    const users = new FoldedUsers();
    // What is changed while it is read is followed like what is changed later.
    if (this.#lists.size === 0) this.#lastChange = this.#db.read(() => this.#sql.changes.get())?.last ?? 0;
    this.#lists.set(collectionId, users);
    for (;;) {
      const rows = this.#db.read(() => this.#readNew(collectionId, users));
      if (rows < USERS_PER_TURN) break;
      await setImmediate();
    }
    this.#complete.add(users);
    this.#makePlace(collectionId);
  }

  #readNew(collectionId: number, users: FoldedUsers): number {
    const rows = this.#sql.indexed.all(collectionId, users.lastUserId, USERS_PER_TURN);
    for (const row of rows) this.#set(users, row);
    return rows.length;
  }

  #set(users: FoldedUsers, row: IndexedRow): void {
    const user: User = this.#encryption.decryptUser(row);
    users.set({ ...foldedUser(user), userId: row.userId, withoutFace: row.withoutFace === 1 });
  }

  /** Brings all lists to the state of the database; within one snapshot. */
  #follow(): void {
    const { first, last } = this.#sql.changes.get() ?? { first: 0, last: 0 };
    // Some that were not followed have been forgotten: everything is read again.
    if (first > this.#lastChange + 1) {
      this.#loads.clear();
      this.#lists.clear();
      return;
    }
    for (const [collectionId, users] of this.#lists) {
      while (this.#complete.has(users) && this.#readNew(collectionId, users) === USERS_PER_TURN);
    }
    if (last === this.#lastChange) return;
    for (const { collectionId, userId } of this.#sql.changesAfter.iterate(this.#lastChange)) {
      const users = this.#lists.get(collectionId);
      // Those who have not been read yet will be read as they are.
      if (!users || userId > users.lastUserId) continue;
      const row = this.#sql.indexedOne.get(userId);
      if (row) this.#set(users, row);
      else users.delete(userId);
    }
    this.#lastChange = last;
  }

  #makePlace(asked: number): void {
    let total = 0;
    for (const { size } of this.#lists.values()) total += size;
    for (const collectionId of [...this.#loads.keys()]) {
      if (total <= this.#maxInMemory) return;
      if (collectionId === asked) continue;
      total -= this.#lists.get(collectionId)?.size ?? 0;
      this.#forget(collectionId);
    }
  }

  #forget(collectionId: number): void {
    this.#loads.delete(collectionId);
    this.#lists.delete(collectionId);
  }
}

function prepare(db: Database) {
  const ofUser = 'FROM faces f WHERE f.collection_id = u.collection_id AND f.user_id = u.user_id';
  const withFaces = `${userColumns}, (SELECT count(*) ${ofUser}) AS faces, (
    SELECT max(f.face_id) ${ofUser} AND f.object_key IS NOT NULL) AS portrait`;
  const numbered = (condition: string, order: string): Statement<[number, number, number, number], ListedRow> =>
    db.prepare(
      `SELECT ${withFaces} FROM users u WHERE u.collection_id = ? AND u.user_id ${order === 'ASC' ? '>' : '<'} ? ${condition}
       ORDER BY u.user_id ${order} LIMIT ? OFFSET ?`,
    );
  const both = (order: string) => ({ all: numbered('', order), withoutFace: numbered('AND u.has_face = 0', order) });
  const count = (sql: string) => db.prepare<[collectionId: number], number>(sql).pluck() as Statement<[number], number>;
  const indexed = `SELECT ${userColumns}, u.has_face = 0 AS withoutFace FROM users u WHERE`;
  return {
    created: both('ASC'),
    newest: both('DESC'),
    listed: db.prepare<[userId: number], ListedRow>(`SELECT ${withFaces} FROM users u WHERE u.user_id = ?`),
    usersAfter: db.prepare<[collectionId: number, userId: number, limit: number], UserRow>(
      `SELECT ${userColumns} FROM users u WHERE u.collection_id = ? AND u.user_id > ? ORDER BY u.user_id LIMIT ?`,
    ),
    count: count(`SELECT amount FROM collection_counts WHERE collection_id = ? AND model = ''`),
    countWithoutFace: count('SELECT count(*) FROM users WHERE collection_id = ? AND has_face = 0'),
    indexed: db.prepare<[collectionId: number, after: number, limit: number], IndexedRow>(
      `${indexed} u.collection_id = ? AND u.user_id > ? ORDER BY u.user_id LIMIT ?`,
    ),
    indexedOne: db.prepare<[userId: number], IndexedRow>(`${indexed} u.user_id = ?`),
    changes: db.prepare<[], { first: number; last: number }>(
      `SELECT ifnull((SELECT min(change_id) FROM user_changes), 0) AS first,
         ifnull((SELECT max(change_id) FROM user_changes), 0) AS last`,
    ),
    changesAfter: db.prepare<[after: number], { collectionId: number; userId: number }>(
      `SELECT DISTINCT collection_id AS collectionId, user_id AS userId FROM user_changes WHERE change_id > ?`,
    ),
  };
}
