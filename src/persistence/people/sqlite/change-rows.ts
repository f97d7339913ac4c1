import type { RowEncryption } from '../../encryption/row-encryption.js';
import type { Database } from '../../sqlite.js';
import { changedEvent, deletedEvent } from '../../webhooks/people-events.js';
import type { SqliteWebhooks } from '../../webhooks/sqlite-webhooks.js';
import type {
  ChangeFault,
  Copied,
  Merged,
  Moved,
  PeopleChanges,
  RecycleBin,
  RestoredUser,
  SavedUser,
} from '../people-changes.js';
import type { CollectionRef, Erased, User } from '../people-store.js';
import { type KeptFaceRow, prepareChanges } from './change-statements.js';
import type { Erasure } from './erasure.js';
import type { GuardedDatabase } from './guarded-database.js';
import type { Owner, PeopleRows } from './people-rows.js';
import { RecycledRows } from './recycled-rows.js';
import type { Statements } from './sqlite-statements.js';

export interface ChangeRowsParts {
  db: GuardedDatabase;
  raw: Database;
  sql: Statements;
  rows: PeopleRows;
  encryption: RowEncryption;
  erasure: Erasure;
  webhooks: SqliteWebhooks;
}

/** See PeopleChanges; in the rows of SQLite. Encrypted embeddings are bound to their users, so they are encrypted anew. */
export class ChangeRows implements PeopleChanges {
  readonly #parts: ChangeRowsParts;
  readonly #sql: ReturnType<typeof prepareChanges>;
  readonly #recycled: RecycledRows;

  constructor(parts: ChangeRowsParts) {
    this.#parts = parts;
    this.#sql = prepareChanges(parts.raw);
    this.#recycled = new RecycledRows(parts.raw, parts.encryption);
  }

  async saveUsers(collection: CollectionRef, users: readonly User[]): Promise<SavedUser[]> {
    const { rows, db } = this.#parts;
    const outcomes = db.write(() => {
      const collectionId = users.length > 0 ? rows.makeCollection(collection) : 0;
      return users.map((user): SavedUser => {
        const before = rows.user(collectionId, user.id);
        if (!before && rows.idFault(collectionId, user.id)) return 'id-conflict';
        rows.saveUser(collectionId, user);
        if (!before) return 'created';
        return before.name === user.name ? 'unchanged' : 'renamed';
      });
    });
    if (outcomes.includes('renamed')) db.forgetSoon();
    return outcomes;
  }

  async rename(collection: CollectionRef, userId: string, to: string): Promise<ChangeFault | undefined> {
    const { rows, encryption, webhooks } = this.#parts;
    return this.#change(() => {
      const owner = rows.locate(collection, userId);
      const user = owner && rows.user(owner.collectionId, userId);
      if (!owner || !user) return 'user-not-found';
      if (to === userId) return undefined;
      const fault = rows.idFault(owner.collectionId, to, owner.userId);
      if (fault) return fault;
      const clientId = encryption.clientId(owner.collectionId, to);
      const renamed = { ...user, id: to };
      this.#sql.rename.run(
        clientId,
        encryption.plainName(renamed),
        encryption.encryptUser(owner.userId, clientId, renamed),
        rows.keptForm(owner.collectionId, to),
        owner.userId,
      );
      webhooks.queue(changedEvent(collection, { what: 'renamed', id: userId, to }));
      return undefined;
    });
  }

  async merge(
    collection: CollectionRef,
    userId: string,
    from: readonly string[],
    name?: string,
  ): Promise<Merged | undefined> {
    const { rows, sql, webhooks } = this.#parts;
    return this.#change(() => {
      const owner = rows.locate(collection, userId);
      const user = owner && rows.user(owner.collectionId, userId);
      const others = from.map((id) => ({ id, owner: rows.locate(collection, id) }));
      if (!owner || !user || others.some((other) => !other.owner)) return undefined;
      const faceIds: number[] = [];
      for (const { id, owner: other } of others as { id: string; owner: Owner }[]) {
        faceIds.push(...this.#takeFaces(other, owner));
        this.#sql.takeAttendance.run({
          at: owner.collectionId,
          from: other.userId,
          collectionId: owner.collectionId,
          to: owner.userId,
        });
        sql.deleteUser.run(other.userId);
        webhooks.queue(deletedEvent(collection, { what: 'user', id, into: userId }));
      }
      sql.deleteTemplate.run(owner.userId);
      if (faceIds.length > 0) this.#sql.noteFace.run(owner.userId);
      rows.saveUser(owner.collectionId, { id: userId, name: name ?? user.name });
      webhooks.queue(changedEvent(collection, { what: 'merged', id: userId, from: [...from] }));
      return {
        person: { collectionId: owner.collectionId, personId: owner.userId },
        user: { id: userId, name: name ?? user.name },
        faceIds,
        faces: sql.facesOfUser.all(owner.collectionId, owner.userId).length,
      };
    });
  }

  async move(collection: CollectionRef, userId: string, to: string): Promise<Moved | ChangeFault> {
    const { erasure, sql } = this.#parts;
    return this.#change(() => {
      const copied = this.#copy(collection, userId, to, 'moved', (face) => face.objectKey);
      if (typeof copied === 'string') return copied;
      const { owner, ...moved } = copied;
      const { collectionId, personId } = moved.person;
      this.#sql.takeAttendance.run({ at: owner.collectionId, from: owner.userId, collectionId, to: personId });
      const erased = erasure.user(owner);
      // Their photos went along.
      for (const key of erased.objectKeys) sql.endPendingDeletion.run(key);
      return { ...moved, erased: { ...erased, objectKeys: [] } };
    });
  }

  async copy(
    collection: CollectionRef,
    userId: string,
    to: string,
    objectKeys: ReadonlyMap<number, string>,
  ): Promise<Copied | ChangeFault> {
    return this.#change(() => {
      const copied = this.#copy(collection, userId, to, 'copied', ({ faceId }) => objectKeys.get(faceId) ?? null);
      if (typeof copied === 'string') return copied;
      const { owner: _, ...rest } = copied;
      return rest;
    });
  }

  async recycle(collection: CollectionRef, userId: string, bin: RecycleBin): Promise<Erased | undefined> {
    const { rows, encryption, erasure, sql, webhooks } = this.#parts;
    return this.#change(() => {
      const owner = rows.locate(collection, userId);
      const user = owner && rows.user(owner.collectionId, userId);
      if (!owner || !user) return undefined;
      const faces = this.#facesOf(owner).map(({ faceId: _, embedding, model, ...face }) => {
        const vector = encryption.decryptEmbedding(owner.userId, model, embedding);
        return { ...face, model, vector };
      });
      const attendance = this.#sql.attendanceOf.all(owner.collectionId, owner.userId);
      this.#recycled.add(owner.collectionId, { ...user, ...this.#timesOf(owner), attendance, faces }, bin);
      webhooks.queue(deletedEvent(collection, { what: 'user', id: userId }));
      const erased = erasure.user(owner);
      for (const key of erased.objectKeys) sql.endPendingDeletion.run(key);
      return { ...erased, objectKeys: [] };
    });
  }

  async restore(collection: CollectionRef, token: string): Promise<RestoredUser[]> {
    const { rows, webhooks } = this.#parts;
    return this.#change(() => {
      const collectionId = rows.collectionId(collection);
      if (collectionId === undefined) return [];
      return this.#recycled.of(collectionId, token, Date.now()).map(({ recycledId, user, faces }) => {
        const fault = rows.idFault(collectionId, user.id);
        if (fault) return { id: user.id, fault };
        const restored = this.#insertUser(collectionId, user, user);
        const person = { collectionId, personId: restored };
        const faceIds = faces.map(({ vector, model, objectKey, createdAt }) => {
          const kept = { embedding: vector, model, ...(objectKey !== null && { objectKey }) };
          const { faceId } = rows.addFace(collectionId, restored, kept);
          this.#sql.setFaceTime.run(createdAt, faceId);
          return faceId;
        });
        for (const { day, first, last } of user.attendance ?? [])
          this.#sql.addAttendance.run(day, collectionId, restored, first, last);
        this.#recycled.remove(recycledId);
        webhooks.queue(changedEvent(collection, { what: 'restored', id: user.id }));
        return { id: user.id, restored: { person, faceIds } };
      });
    });
  }

  async eraseRecycled(before: Date): Promise<number> {
    const { db } = this.#parts;
    // Looked at first: nearly always there is nothing, and a write waits for the disk.
    if (!db.read(() => this.#recycled.isDue(before.getTime()))) return 0;
    return this.#change(() => this.#recycled.erase(before.getTime()));
  }

  /** What was put aside under an id is erased, as part of a transaction of the caller's. */
  eraseAside(collection: CollectionRef, userId: string): void {
    const { rows, encryption, erasure, db } = this.#parts;
    const collectionId = rows.collectionId(collection);
    if (collectionId === undefined) return;
    if (erasure.recycled(collectionId, encryption.clientId(collectionId, userId))) db.forgetSoon();
  }

  /** One transaction that overwrites or deletes. */
  #change<T>(work: () => T): T {
    const { db } = this.#parts;
    const result = db.write(work);
    db.forgetSoon();
    return result;
  }

  /** @param keyOf the photo of a face in the other collection */
  #copy(
    collection: CollectionRef,
    userId: string,
    to: string,
    what: 'moved' | 'copied',
    keyOf: (face: KeptFaceRow) => string | null,
  ): (Copied & { owner: Owner }) | ChangeFault {
    const { rows, encryption, webhooks } = this.#parts;
    const owner = rows.locate(collection, userId);
    const user = owner && rows.user(owner.collectionId, userId);
    if (!owner || !user) return 'user-not-found';
    const collectionId = rows.makeCollection({ ...collection, collection: to });
    const fault = rows.idFault(collectionId, userId);
    if (fault) return fault;
    const personId = this.#insertUser(collectionId, user, this.#timesOf(owner));
    const faceIds = this.#facesOf(owner).map((face) => {
      const embedding = encryption.decryptEmbedding(owner.userId, face.model, face.embedding);
      const objectKey = keyOf(face);
      const kept = { embedding, model: face.model, ...(objectKey !== null && { objectKey }) };
      const { faceId } = rows.addFace(collectionId, personId, kept);
      this.#sql.setFaceTime.run(face.createdAt, faceId);
      return faceId;
    });
    webhooks.queue(changedEvent(collection, { what, id: userId, to }));
    return { person: { collectionId, personId }, faceIds, owner };
  }

  /** @returns the faces' numbers, which stay */
  #takeFaces(from: Owner, to: Owner): number[] {
    const { encryption } = this.#parts;
    const rebound = (model: string, embedding: Buffer) =>
      encryption.encryptEmbedding(to.userId, model, encryption.decryptEmbedding(from.userId, model, embedding));
    return this.#facesOf(from).map(({ faceId, model, embedding }) => {
      this.#sql.setOwner.run(to.userId, rebound(model, embedding), faceId);
      const staged = this.#sql.staged.get(faceId);
      if (staged) this.#sql.restage.run(rebound(staged.model, staged.embedding), faceId);
      return faceId;
    });
  }

  /** @returns the user's number */
  #insertUser(collectionId: number, user: User, times: { createdAt: number; autoCreatedAt: number | null }): number {
    const userId = this.#parts.rows.saveUser(collectionId, { id: user.id, name: user.name }, times.autoCreatedAt);
    this.#sql.setUserTime.run(times.createdAt, userId);
    return userId;
  }

  #facesOf({ collectionId, userId }: Owner): KeptFaceRow[] {
    return this.#sql.facesOf.all(collectionId, userId);
  }

  #timesOf({ userId }: Owner): { createdAt: number; autoCreatedAt: number | null } {
    return this.#sql.times.get(userId) ?? { createdAt: Date.now(), autoCreatedAt: null };
  }
}
