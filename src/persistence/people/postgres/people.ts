import { StoreError } from '../../store-error.js';
import type { PersonRef, TemplateKind } from '../../template.js';
import { deletedEvent, enrolledEvent } from '../../webhooks/people-events.js';
import { queueEvent } from '../../webhooks/postgres-outbox.js';
import type { FoundPerson, PersonFaces, Searcher } from '../embedding-store.js';
import {
  type CollectionRef,
  type Erased,
  isDefault,
  type NewFace,
  type StoredFace,
  type User,
} from '../people-store.js';
import { CountChanges } from './collection-counts.js';
import type { RunQuery } from './database.js';
import { formBytes } from './id-forms.js';
import { type IsLarge, nearestPeople } from './nearest-people.js';
import { searchColumns } from './search-columns.js';
import { newestFaces } from './templates.js';
import { makeTenant } from './tenants.js';
import { bytes } from './user-row.js';
import { toVectorBytes } from './vector-bytes.js';

/** Rows that one statement deletes, so that none runs into the time limit. */
const DELETED_AT_A_TIME = 2000;

/** How often a collection is made again that somebody else deletes at the same moment. */
const ATTEMPTS = 10;

interface ErasedFaceRow {
  faceId: number;
  model: string;
  objectKey: string | null;
}

/**
 * Users and faces within one transaction. A change of a collection holds its row, then the user's: together with
 * other changes, never together with its deletion.
 */
export class PeopleWriter implements Searcher {
  readonly #run: RunQuery;
  readonly #counts = new CountChanges();
  readonly #isLarge: IsLarge;

  constructor(run: RunQuery, isLarge: IsLarge) {
    this.#run = run;
    this.#isLarge = isLarge;
  }

  /** @param lock how to hold the collection's row */
  async collectionId(
    { tenant, collection }: CollectionRef,
    lock: '' | 'FOR KEY SHARE OF c' | 'FOR UPDATE OF c' = '',
  ): Promise<number | undefined> {
    const [row] = await this.#run<{ collectionId: number }>(
      `SELECT c.collection_id AS "collectionId" FROM collections c JOIN tenants t USING (tenant_id)
       WHERE t.name_hash = sha256($1) AND c.name_hash = sha256($2) ${lock}`,
      [bytes(tenant), bytes(collection)],
    );
    return row?.collectionId;
  }

  /** @param autoCreated a search created the user, not `create` */
  async saveUser(
    collection: CollectionRef,
    user: User,
    autoCreated = false,
  ): Promise<{ collectionId: number; userId: number }> {
    const collectionId = await this.#makeCollection(collection);
    const [row] = await this.#run<{ userId: number; isNew: boolean }>(
      `INSERT INTO users (collection_id, client_id, name, enrolled_at, form_hash, folded, sort_id, sort_name, search_tokens)
       VALUES ($1, $2, $3, CASE WHEN $4::boolean THEN now() END, sha256($5), $6, $7, $8, $9::int[])
       ON CONFLICT (collection_id, client_hash) DO UPDATE SET name = excluded.name, enrolled_at = excluded.enrolled_at,
         folded = excluded.folded, sort_id = excluded.sort_id, sort_name = excluded.sort_name,
         search_tokens = excluded.search_tokens
       RETURNING user_id AS "userId", xmax = 0 AS "isNew"`,
      [
        collectionId,
        bytes(user.id),
        bytes(user.name),
        autoCreated,
        formBytes(user.id),
        ...searchColumns(collectionId, user),
      ],
    );
    // A row that was there carries the mark of the transaction that updates it.
    if (row?.isNew) this.#counts.users(collectionId, 1);
    return { collectionId, userId: row?.userId ?? 0 };
  }

  /** Whether an id is new and differs from that of another user by its Unicode normalisation only. */
  async hasOtherForm(collection: CollectionRef, id: string): Promise<boolean> {
    const collectionId = await this.collectionId(collection);
    if (collectionId === undefined) return false;
    const [found] = await this.#run<{ own: boolean | null }>(
      `SELECT bool_or(client_hash = sha256($2)) AS own FROM users
       WHERE collection_id = $1 AND (client_hash IN (sha256($2), sha256($3)) OR form_hash = sha256($3))`,
      [collectionId, bytes(id), formBytes(id) ?? bytes(id)],
    );
    return found?.own === false;
  }

  async addFace(collection: CollectionRef, userId: string, face: NewFace): Promise<StoredFace | undefined> {
    const owner = await this.#locate(collection, userId, 'FOR KEY SHARE');
    if (!owner) return undefined;
    await queueEvent(this.#run, enrolledEvent(collection, userId, false));
    return this.#insertFace(owner.collectionId, owner.userId, face);
  }

  async addUserWithFace(collection: CollectionRef, user: User, face: NewFace): Promise<StoredFace> {
    const { collectionId, userId } = await this.saveUser(collection, user, true);
    await queueEvent(this.#run, enrolledEvent(collection, user.id, true));
    return this.#insertFace(collectionId, userId, face);
  }

  async deleteFaces(collection: CollectionRef, userId: string): Promise<Erased | undefined> {
    const owner = await this.#locate(collection, userId, 'FOR UPDATE');
    if (!owner) return undefined;
    await queueEvent(this.#run, deletedEvent(collection, { what: 'faces', id: userId }));
    return this.#eraseFaces(owner.collectionId, owner.userId);
  }

  async deleteFace(collection: CollectionRef, userId: string, faceId: number): Promise<Erased | undefined> {
    const owner = await this.#locate(collection, userId, 'FOR UPDATE');
    if (!owner) return undefined;
    const rows = await this.#run<ErasedFaceRow>(
      `DELETE FROM faces WHERE collection_id = $1 AND user_id = $2 AND face_id = $3
       RETURNING face_id AS "faceId", model, object_key AS "objectKey"`,
      [owner.collectionId, owner.userId, faceId],
    );
    if (rows.length === 0) return undefined;
    await queueEvent(this.#run, deletedEvent(collection, { what: 'face', id: userId, face: faceId }));
    await this.#forget(owner.collectionId, owner.userId);
    await this.#noteFaceless(owner.collectionId, owner.userId);
    return this.#erased(owner.collectionId, rows);
  }

  async deleteUser(collection: CollectionRef, userId: string): Promise<Erased | undefined> {
    const owner = await this.#locate(collection, userId, 'FOR UPDATE');
    if (!owner) return undefined;
    await queueEvent(this.#run, deletedEvent(collection, { what: 'user', id: userId }));
    return this.#eraseUser(owner);
  }

  async deleteAutoCreatedBefore(time: Date, collection: CollectionRef, userId: string): Promise<Erased | undefined> {
    const owner = await this.#locate(collection, userId, 'FOR UPDATE');
    if (!owner) return undefined;
    const autoCreated = await this.#run(
      'SELECT FROM users WHERE collection_id = $1 AND user_id = $2 AND enrolled_at < $3',
      [owner.collectionId, owner.userId, time],
    );
    if (autoCreated.length === 0) return undefined;
    await queueEvent(this.#run, deletedEvent(collection, { what: 'user', id: userId, retention: true }));
    return this.#eraseUser(owner);
  }

  async deleteCollection(collection: CollectionRef): Promise<{ collectionId: number } | undefined> {
    const collectionId = await this.collectionId(collection, 'FOR UPDATE OF c');
    if (collectionId === undefined) return undefined;
    if (isDefault(collection)) {
      const anybody = await this.#run('SELECT FROM users WHERE collection_id = $1 LIMIT 1', [collectionId]);
      if (anybody.length === 0) return undefined;
    }
    await queueEvent(this.#run, deletedEvent(collection, { what: 'collection' }));
    await this.#eraseFaces(collectionId, null);
    for (let deleted = DELETED_AT_A_TIME; deleted === DELETED_AT_A_TIME; ) {
      const sql = `DELETE FROM users WHERE collection_id = $1 AND user_id IN
        (SELECT user_id FROM users WHERE collection_id = $1 LIMIT $2) RETURNING user_id`;
      deleted = (await this.#run(sql, [collectionId, DELETED_AT_A_TIME])).length;
    }
    await this.#run('DELETE FROM collections WHERE collection_id = $1', [collectionId]);
    this.#counts.collectionDeleted(collectionId);
    return { collectionId };
  }

  async nearestPeople(
    collection: CollectionRef,
    { model, cohort }: TemplateKind,
    probe: Float32Array,
    k: number,
  ): Promise<{ people: FoundPerson[]; faces: number }> {
    const collectionId = await this.collectionId(collection);
    if (collectionId === undefined) return { people: [], faces: 0 };
    return nearestPeople(this.#run, this.#isLarge, { collectionId, model, cohort }, probe, k);
  }

  newestFaces(people: readonly PersonRef[], model: string): Promise<PersonFaces[]> {
    return newestFaces(this.#run, people, model);
  }

  async #makeCollection(collection: CollectionRef): Promise<number> {
    for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
      const existing = await this.collectionId(collection, 'FOR KEY SHARE OF c');
      if (existing !== undefined) return existing;
      const tenantId = await makeTenant(this.#run, collection.tenant);
      await this.#run('INSERT INTO collections (tenant_id, name) VALUES ($1, $2) ON CONFLICT DO NOTHING', [
        tenantId,
        bytes(collection.collection),
      ]);
    }
    throw new StoreError('slow', 'The collection', { detail: 'it is deleted again and again while it is made' });
  }

  async #locate(
    collection: CollectionRef,
    clientId: string,
    lock: 'FOR KEY SHARE' | 'FOR UPDATE',
  ): Promise<{ collectionId: number; userId: number } | undefined> {
    const collectionId = await this.collectionId(collection, 'FOR KEY SHARE OF c');
    if (collectionId === undefined) return undefined;
    const [row] = await this.#run<{ userId: number }>(
      `SELECT user_id AS "userId" FROM users WHERE collection_id = $1 AND client_hash = sha256($2) ${lock}`,
      [collectionId, bytes(clientId)],
    );
    return row && { collectionId, userId: row.userId };
  }

  async #insertFace(collectionId: number, userId: number, face: NewFace): Promise<StoredFace> {
    const { embedding, model, objectKey = null } = face;
    const [row] = await this.#run<{ faceId: number }>(
      `WITH forgotten AS (DELETE FROM templates WHERE collection_id = $1 AND user_id = $2)
       INSERT INTO faces (collection_id, user_id, model, embedding, object_key) VALUES ($1, $2, $3, $4::vector, $5)
       RETURNING face_id AS "faceId"`,
      [collectionId, userId, model, toVectorBytes(embedding), objectKey],
    );
    this.#counts.faces(collectionId, model, 1);
    await this.#run('UPDATE users SET has_face = true WHERE collection_id = $1 AND user_id = $2 AND NOT has_face', [
      collectionId,
      userId,
    ]);
    if (objectKey !== null) await this.#run('DELETE FROM pending_object_deletions WHERE object_key = $1', [objectKey]);
    return { collectionId, personId: userId, faceId: row?.faceId ?? 0 };
  }

  async #eraseUser({ collectionId, userId }: { collectionId: number; userId: number }): Promise<Erased> {
    const erased = await this.#eraseFaces(collectionId, userId);
    await this.#run('DELETE FROM users WHERE collection_id = $1 AND user_id = $2', [collectionId, userId]);
    this.#counts.users(collectionId, -1);
    return erased;
  }

  /** The last statement of the transaction, when it has changed users or faces. */
  writeCounts(): Promise<void> {
    return this.#counts.write(this.#run);
  }

  /** Of a user whose row is held: nobody adds a face meanwhile. */
  async #noteFaceless(collectionId: number, userId: number): Promise<void> {
    await this.#run(
      `UPDATE users u SET has_face = false WHERE collection_id = $1 AND user_id = $2 AND has_face AND NOT EXISTS (
         SELECT FROM faces f WHERE f.collection_id = u.collection_id AND f.user_id = u.user_id)`,
      [collectionId, userId],
    );
  }

  /** What was made of faces. @param userId null for every user */
  async #forget(collectionId: number, userId: number | null): Promise<void> {
    for (const table of ['templates', 'cohort_members', 'staged_embeddings']) {
      await this.#run(`DELETE FROM ${table} WHERE collection_id = $1 AND user_id = coalesce($2, user_id)`, [
        collectionId,
        userId,
      ]);
    }
  }

  /**
   * Part of the deleting transaction: an object's deletion is never forgotten, whatever happens next.
   * @param userId null for every user
   */
  async #eraseFaces(collectionId: number, userId: number | null): Promise<Erased> {
    const erased: ErasedFaceRow[] = [];
    for (let deleted = DELETED_AT_A_TIME; deleted === DELETED_AT_A_TIME; ) {
      const rows = await this.#run<ErasedFaceRow>(
        `DELETE FROM faces WHERE collection_id = $1 AND face_id IN (
           SELECT face_id FROM faces WHERE collection_id = $1 AND user_id = coalesce($2, user_id) LIMIT $3
         ) RETURNING face_id AS "faceId", model, object_key AS "objectKey"`,
        [collectionId, userId, DELETED_AT_A_TIME],
      );
      erased.push(...rows);
      deleted = rows.length;
    }
    await this.#forget(collectionId, userId);
    if (userId !== null) await this.#noteFaceless(collectionId, userId);
    erased.sort((a, b) => a.faceId - b.faceId);
    return this.#erased(collectionId, erased);
  }

  async #erased(collectionId: number, erased: readonly ErasedFaceRow[]): Promise<Erased> {
    for (const { model } of erased) this.#counts.faces(collectionId, model, -1);
    const objectKeys = erased.flatMap(({ objectKey }) => objectKey ?? []);
    await this.#run(
      `INSERT INTO pending_object_deletions (object_key, tenant_id)
       SELECT unnest($1::text[]), tenant_id FROM collections WHERE collection_id = $2 ON CONFLICT DO NOTHING`,
      [objectKeys, collectionId],
    );
    return { collectionId, faceIds: erased.map(({ faceId }) => faceId), objectKeys };
  }
}
