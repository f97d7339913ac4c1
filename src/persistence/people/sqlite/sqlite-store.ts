import { setImmediate } from 'node:timers/promises';
import type { DataKey } from '../../encryption/data-key.js';
import { RowEncryption } from '../../encryption/row-encryption.js';
import type { PendingObjects } from '../../photos/photo-outbox.js';
import type { Database } from '../../sqlite.js';
import type { Store } from '../../store.js';
import { deletedEvent, enrolledEvent } from '../../webhooks/people-events.js';
import { SqliteWebhooks } from '../../webhooks/sqlite-webhooks.js';
import type { NewEvent } from '../../webhooks/webhook-store.js';
import {
  type CollectionCount,
  type CollectionRef,
  type Erased,
  type ErasedPart,
  type FaceRecord,
  isDefault,
  type NewFace,
  type StoredFace,
  type User,
} from '../people-store.js';
import { AttendanceRows } from './attendance-rows.js';
import { DeletedCollections } from './deleted-collections.js';
import { Erasure } from './erasure.js';
import { GuardedDatabase } from './guarded-database.js';
import { PeopleRows } from './people-rows.js';
import { ScaleRows } from './scale-rows.js';
import { openDatabase, openReadOnlyDatabase } from './sqlite-database.js';
import { SqliteEmbeddings } from './sqlite-embeddings.js';
import { prepareStatements, type Statements } from './sqlite-statements.js';
import { StagedRows } from './staged-rows.js';
import { SqliteUserPages } from './user-pages.js';

export interface SqliteStoreOptions {
  /** Key that ids, names and embeddings are encrypted with; without one they are plain. */
  dataKey?: DataKey | undefined;
  /** Told when erased rows cannot be removed from the write-ahead log yet; it is tried again every second. */
  onErasureDelayed?: (error: unknown) => void;
}

/** Users decrypted between two turns of the event loop: about 10 ms. */
const USERS_PER_TURN = 1000;

/**
 * The store in one SQLite file. Calls run on the caller's thread; a write takes as long as the disk takes to confirm
 * it. Deletions overwrite what they delete: about 10 ms for 1,000 faces. Servers use it in threads: threads/threaded-store.ts.
 * Calls reject with a StoreError when the disk refuses; nothing has changed then.
 */
export class SqliteStore extends SqliteEmbeddings implements Store {
  readonly scales: ScaleRows;
  readonly webhooks: SqliteWebhooks;
  readonly staged: StagedRows;
  readonly attendance: AttendanceRows;
  readonly userPages: SqliteUserPages;
  readonly #db: GuardedDatabase;
  readonly #sql: Statements;
  readonly #encryption: RowEncryption;
  readonly #rows: PeopleRows;
  readonly #erasure: Erasure;
  readonly #deleted: DeletedCollections;

  /**
   * @param file path of the database; it and its folder are made when they do not exist
   * @throws StoreError, or Error for a database that is not ours or a wrong key; both name the file and say what is wrong
   */
  static async open(file: string, options: SqliteStoreOptions = {}): Promise<SqliteStore> {
    return SqliteStore.over(openDatabase(file, { key: options.dataKey }), options);
  }

  /** For a thread that only reads, after {@link open}, and as it throws: each method sees one snapshot, writes reject. */
  static openReadOnly(file: string, { dataKey }: Pick<SqliteStoreOptions, 'dataKey'> = {}): SqliteStore {
    return SqliteStore.over(openReadOnlyDatabase(file, dataKey), { dataKey });
  }

  /** Over a database from `openDatabase`, which the store closes. */
  static over(db: Database, { dataKey, onErasureDelayed = () => {} }: SqliteStoreOptions = {}): SqliteStore {
    return new SqliteStore(db, new GuardedDatabase(db, onErasureDelayed), new RowEncryption(dataKey));
  }

  private constructor(raw: Database, db: GuardedDatabase, encryption: RowEncryption) {
    const sql = prepareStatements(raw);
    const rows = new PeopleRows(sql, encryption);
    super(raw, db, sql, rows, encryption);
    this.#db = db;
    this.#sql = sql;
    this.scales = new ScaleRows(db, sql);
    this.webhooks = new SqliteWebhooks(raw, db, rows, encryption);
    this.staged = new StagedRows(db, raw, encryption);
    this.attendance = new AttendanceRows(db, raw, rows, encryption);
    this.userPages = new SqliteUserPages(db, raw, rows, encryption);
    this.#encryption = encryption;
    this.#rows = rows;
    this.#erasure = new Erasure(sql);
    this.#deleted = new DeletedCollections(raw);
  }

  async saveUser(collection: CollectionRef, user: User): Promise<boolean> {
    const { isSaved, isRenamed } = this.#db.write(() => {
      const existing = this.#rows.collectionId(collection);
      const before = existing === undefined ? undefined : this.#rows.user(existing, user.id);
      if (existing !== undefined && !before && this.#rows.hasOtherForm(existing, user.id))
        return { isSaved: false, isRenamed: false };
      this.#rows.saveUser(existing ?? this.#rows.makeCollection(collection), user);
      return { isSaved: true, isRenamed: before !== undefined && before.name !== user.name };
    });
    if (isRenamed) this.#db.forgetSoon();
    return isSaved;
  }

  async findUser(collection: CollectionRef, userId: string): Promise<User | undefined> {
    return this.#db.read(() => {
      const collectionId = this.#rows.collectionId(collection);
      return collectionId === undefined ? undefined : this.#rows.user(collectionId, userId);
    });
  }

  async listUsers(collection: CollectionRef): Promise<User[]> {
    const rows = this.#db.read(() => this.#sql.listUsers.all(collection.tenant, collection.collection));
    const users: User[] = [];
    for (const row of rows) {
      users.push(this.#db.read(() => this.#encryption.decryptUser(row)));
      if (users.length % USERS_PER_TURN === 0) await setImmediate();
    }
    return users;
  }

  async addFace(collection: CollectionRef, userId: string, face: NewFace): Promise<StoredFace | undefined> {
    return this.#db.write(() => {
      const owner = this.#rows.locate(collection, userId);
      if (owner) this.webhooks.queue(enrolledEvent(collection, userId, false));
      return owner && this.#rows.addFace(owner.collectionId, owner.userId, face);
    });
  }

  async addUserWithFace(collection: CollectionRef, user: User, face: NewFace): Promise<StoredFace> {
    return this.#db.write(() => {
      const collectionId = this.#rows.makeCollection(collection);
      this.webhooks.queue(enrolledEvent(collection, user.id, true));
      return this.#rows.addFace(collectionId, this.#rows.saveUser(collectionId, user, Date.now()), face);
    });
  }

  async deleteFaces(collection: CollectionRef, userId: string): Promise<Erased | undefined> {
    return this.#erase(deletedEvent(collection, { what: 'faces', id: userId }), () => {
      const owner = this.#rows.locate(collection, userId);
      return owner && this.#erasure.faces(owner);
    });
  }

  async deleteUser(collection: CollectionRef, userId: string): Promise<Erased | undefined> {
    return this.#erase(deletedEvent(collection, { what: 'user', id: userId }), () => {
      const owner = this.#rows.locate(collection, userId);
      return owner && this.#erasure.user(owner);
    });
  }

  async listAutoCreatedBefore(time: Date): Promise<(CollectionRef & { userId: string })[]> {
    return this.#db.read(() =>
      this.#sql.autoCreatedBefore.all(time.getTime(), USERS_PER_TURN).map((row) => ({
        tenant: row.tenant,
        collection: row.collection,
        userId: this.#encryption.decryptUser(row).id,
      })),
    );
  }

  async deleteAutoCreatedBefore(time: Date, collection: CollectionRef, userId: string): Promise<Erased | undefined> {
    return this.#erase(deletedEvent(collection, { what: 'user', id: userId, retention: true }), () => {
      const owner = this.#rows.locate(collection, userId);
      if (!owner || this.#sql.isAutoCreatedBefore.get(time.getTime(), owner.userId) !== 1) return undefined;
      return this.#erasure.user(owner);
    });
  }

  async deleteCollection(collection: CollectionRef): Promise<{ collectionId: number } | undefined> {
    return this.#erase(deletedEvent(collection, { what: 'collection' }), () => {
      const collectionId = this.#rows.collectionId(collection);
      if (collectionId === undefined || (isDefault(collection) && !this.#sql.hasUsers.get(collectionId)))
        return undefined;
      return this.#erasure.collection(collectionId);
    });
  }

  async eraseDeleted(after: number): Promise<ErasedPart | undefined> {
    const erased = this.#db.write(() => this.#deleted.erasePart(after));
    if (erased) this.#db.forgetSoon();
    return erased;
  }

  async deleteFace(collection: CollectionRef, userId: string, faceId: number): Promise<Erased | undefined> {
    return this.#erase(deletedEvent(collection, { what: 'face', id: userId, face: faceId }), () => {
      const owner = this.#rows.locate(collection, userId);
      return owner && this.#erasure.face(owner, faceId);
    });
  }

  async facesOfUser(collection: CollectionRef, userId: string): Promise<FaceRecord[]> {
    return this.#db.read(() => {
      const owner = this.#rows.locate(collection, userId);
      return owner ? this.faces.recordsOf(owner) : [];
    });
  }

  async countPeople(tenant: string): Promise<CollectionCount[]> {
    return this.#db.read(() => this.#sql.countPeople.all(tenant));
  }

  async reserveObject(key: string): Promise<void> {
    this.#db.write(() => this.#sql.reserveObject.run(key, Date.now()));
  }

  async pendingObjectDeletions(limit: number, after: ReadonlyMap<number, string>): Promise<PendingObjects[]> {
    return this.#db.read(() => {
      const pending: PendingObjects[] = [];
      for (let tenantId = this.#sql.tenantWithPending.get(-1) ?? null; tenantId !== null; ) {
        const keys = this.#sql.pendingDeletions.all(tenantId, after.get(tenantId) ?? '', limit);
        if (keys.length > 0) pending.push({ tenantId, keys });
        tenantId = this.#sql.tenantWithPending.get(tenantId) ?? null;
      }
      return pending;
    });
  }

  async objectsDeleted(keys: readonly string[]): Promise<void> {
    this.#db.write(() => {
      for (const key of keys) this.#sql.endPendingDeletion.run(key);
    });
  }

  async ping(): Promise<void> {
    this.#db.assertSound();
    this.#db.read(() => this.#sql.ping.get());
  }

  /** Several writes of this store with one confirmation by the disk; see GuardedDatabase. */
  together(works: Iterable<() => Promise<unknown>>): Promise<unknown>[] {
    return this.#db.together(works);
  }

  /** @param event queued where there is something to erase, in the same transaction */
  #erase<T>(event: NewEvent, work: () => T | undefined): T | undefined {
    const erased = this.#db.write(() => {
      const gone = work();
      if (gone) this.webhooks.queue(event);
      return gone;
    });
    if (erased) this.#db.forgetSoon();
    return erased;
  }
}
