import { changedEvent, deletedEvent } from '../../webhooks/people-events.js';
import { queueEvent } from '../../webhooks/postgres-outbox.js';
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
import {
  copyUser,
  idFault,
  insertRecycled,
  type Located,
  locate,
  noteFace,
  takeAttendance,
  writerOf,
} from './changing-users.js';
import type { PostgresDatabase, RunQuery } from './database.js';
import { formBytes } from './id-forms.js';
import type { PeopleWriter } from './people.js';
import { addRecycled, eraseRecycledBefore, recycledOf } from './recycled.js';
import { searchColumns } from './search-columns.js';
import { bytes } from './user-row.js';

/** The code of two rows that a unique index keeps apart. */
const UNIQUE_VIOLATION = '23505';

/** See PeopleChanges; in PostgreSQL. A change holds the collection's row, then those of its users. */
export class PostgresChanges implements PeopleChanges {
  readonly #db: PostgresDatabase;

  constructor(db: PostgresDatabase) {
    this.#db = db;
  }

  saveUsers(collection: CollectionRef, users: readonly User[]): Promise<SavedUser[]> {
    return this.#written(async (run, writer) => {
      const found = await locate(
        run,
        collection,
        users.map(({ id }) => id),
      );
      const names = new Map(users.map(({ id }, i) => [id, found[i]?.name]));
      const outcomes: SavedUser[] = [];
      for (const user of users) {
        const before = names.get(user.id);
        if (before === undefined && (await writer.hasOtherForm(collection, user.id))) {
          outcomes.push('id-conflict');
          continue;
        }
        await writer.saveUser(collection, user);
        names.set(user.id, user.name);
        outcomes.push(before === undefined ? 'created' : before === user.name ? 'unchanged' : 'renamed');
      }
      return outcomes;
    });
  }

  rename(collection: CollectionRef, userId: string, to: string): Promise<ChangeFault | undefined> {
    return this.#change<undefined>(async (run) => {
      const [user] = await locate(run, collection, [userId]);
      if (!user) return 'user-not-found';
      if (to === userId) return undefined;
      const fault = await idFault(run, user.collectionId, to, user.userId);
      if (fault) return fault;
      await run(
        `UPDATE users SET client_id = $3, form_hash = sha256($4), enrolled_at = NULL, folded = $5, sort_id = $6, sort_name = $7,
           search_tokens = $8::int[]
         WHERE collection_id = $1 AND user_id = $2`,
        [
          user.collectionId,
          user.userId,
          bytes(to),
          formBytes(to),
          ...searchColumns(user.collectionId, { id: to, name: user.name }),
        ],
      );
      await queueEvent(run, changedEvent(collection, { what: 'renamed', id: userId, to }));
      return undefined;
    });
  }

  merge(
    collection: CollectionRef,
    userId: string,
    from: readonly string[],
    name?: string,
  ): Promise<Merged | undefined> {
    return this.#written(async (run, writer) => {
      const [user, ...others] = await locate(run, collection, [userId, ...from]);
      if (!user || others.length < from.length || others.includes(undefined)) return undefined;
      const { collectionId } = user;
      const numbers = (others as Located[]).map((other) => other.userId);
      const moved = await run<{ faceId: number }>(
        `UPDATE faces SET user_id = $3 WHERE collection_id = $1 AND user_id = ANY ($2::bigint[])
         RETURNING face_id AS "faceId"`,
        [collectionId, numbers, user.userId],
      );
      await run('UPDATE staged_embeddings SET user_id = $3 WHERE collection_id = $1 AND user_id = ANY ($2::bigint[])', [
        collectionId,
        numbers,
        user.userId,
      ]);
      await takeAttendance(run, { collectionId, userIds: numbers }, user);
      await run('DELETE FROM users WHERE collection_id = $1 AND user_id = ANY ($2::bigint[])', [collectionId, numbers]);
      await run('DELETE FROM templates WHERE collection_id = $1 AND user_id = $2', [collectionId, user.userId]);
      writer.counts.users(collectionId, -numbers.length);
      await writer.saveUser(collection, { id: userId, name: name ?? user.name });
      if (moved.length > 0) await noteFace(run, collectionId, user.userId);
      for (const id of from) await queueEvent(run, deletedEvent(collection, { what: 'user', id, into: userId }));
      await queueEvent(run, changedEvent(collection, { what: 'merged', id: userId, from: [...from] }));
      const [counted] = await run<{ faces: number }>(
        'SELECT count(*) AS faces FROM faces WHERE collection_id = $1 AND user_id = $2',
        [collectionId, user.userId],
      );
      return {
        person: { collectionId, personId: user.userId },
        user: { id: userId, name: name ?? user.name },
        faceIds: moved.map(({ faceId }) => faceId).sort((a, b) => a - b),
        faces: counted?.faces ?? 0,
      };
    });
  }

  move(collection: CollectionRef, userId: string, to: string): Promise<Moved | ChangeFault> {
    return this.#change(async (run, writer) => {
      const copied = await copyUser(run, writer, collection, userId, to, undefined);
      if (typeof copied === 'string') return copied;
      await queueEvent(run, changedEvent(collection, { what: 'moved', id: userId, to }));
      const { owner, ...moved } = copied;
      const { collectionId, personId } = moved.person;
      const from = { collectionId: owner.collectionId, userIds: [owner.userId] };
      await takeAttendance(run, from, { collectionId, userId: personId });
      const erased = await writer.eraseUser(owner);
      // Their photos went along.
      await run('DELETE FROM pending_object_deletions WHERE object_key = ANY ($1::text[])', [erased.objectKeys]);
      return { ...moved, erased: { ...erased, objectKeys: [] } };
    });
  }

  copy(
    collection: CollectionRef,
    userId: string,
    to: string,
    objectKeys: ReadonlyMap<number, string>,
  ): Promise<Copied | ChangeFault> {
    return this.#change(async (run, writer) => {
      const copied = await copyUser(run, writer, collection, userId, to, objectKeys);
      if (typeof copied === 'string') return copied;
      await queueEvent(run, changedEvent(collection, { what: 'copied', id: userId, to }));
      const { owner: _, ...rest } = copied;
      return rest;
    });
  }

  recycle(collection: CollectionRef, userId: string, bin: RecycleBin): Promise<Erased | undefined> {
    return this.#written(async (run, writer) => {
      const [user] = await locate(run, collection, [userId]);
      if (!user) return undefined;
      await addRecycled(run, user, bin);
      await queueEvent(run, deletedEvent(collection, { what: 'user', id: userId }));
      const erased = await writer.eraseUser(user);
      await run('DELETE FROM pending_object_deletions WHERE object_key = ANY ($1::text[])', [erased.objectKeys]);
      return { ...erased, objectKeys: [] };
    });
  }

  restore(collection: CollectionRef, token: string): Promise<RestoredUser[]> {
    return this.#written(async (run, writer) => {
      const collectionId = await writer.collectionId(collection, 'FOR KEY SHARE OF c');
      if (collectionId === undefined) return [];
      const restored: RestoredUser[] = [];
      for (const { recycledId, user } of await recycledOf(run, collectionId, token)) {
        const { id } = user;
        const fault = await idFault(run, collectionId, id);
        if (fault) {
          restored.push({ id, fault });
          continue;
        }
        restored.push({ id, restored: await insertRecycled(run, writer, collection, user) });
        await run('DELETE FROM recycled WHERE recycled_id = $1', [recycledId]);
        await queueEvent(run, changedEvent(collection, { what: 'restored', id }));
      }
      return restored;
    });
  }

  eraseRecycled(before: Date): Promise<number> {
    return this.#db.transaction((run) => eraseRecycledBefore(run, before));
  }

  /** One transaction; somebody else may make a user with the same id meanwhile. */
  async #change<T>(work: (run: RunQuery, writer: PeopleWriter) => Promise<T | ChangeFault>): Promise<T | ChangeFault> {
    try {
      return await this.#written(work);
    } catch (error) {
      if ((error as { code?: string }).code === UNIQUE_VIOLATION) return 'id-taken';
      throw error;
    }
  }

  /** One transaction, with the counts of what it changes at its end. */
  #written<T>(work: (run: RunQuery, writer: PeopleWriter) => Promise<T>): Promise<T> {
    return this.#db.transaction(async (run) => {
      const writer = writerOf(run);
      const result = await work(run, writer);
      await writer.writeCounts();
      return result;
    });
  }
}
