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
import type { RunQuery } from './database.js';
import { formBytes } from './id-forms.js';
import { eraseRecycledOf } from './recycled.js';
import { foundPeople, newestFaces, type PostgresFaceRow } from './templates.js';
import { bytes } from './user-row.js';
import { toVectorBytes } from './vector-bytes.js';

/** Rows that one statement deletes, so that none runs into the time limit. */
const DELETED_AT_A_TIME = 2000;

/** How often a collection is made again that somebody else deletes at the same moment. */
const ATTEMPTS = 10;

interface ErasedFaceRow {
  faceId: number;
  objectKey: string | null;
}

/**
 * Users and faces within one transaction. A change of a collection holds its row, then the user's: together with
 * other changes, never together with its deletion.
 */
export class PeopleWriter implements Searcher {
  readonly #run: RunQuery;
  /** Whether a collection has so many faces that all of them should not be compared. */
  readonly #isLarge: (run: RunQuery, collectionId: number, model: string) => Promise<boolean>;

  constructor(run: RunQuery, isLarge: (run: RunQuery, collectionId: number, model: string) => Promise<boolean>) {
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
    const collectionId = await this.makeCollection(collection);
    const [row] = await this.#run<{ userId: number }>(
      `INSERT INTO users (collection_id, client_id, name, enrolled_at, form_hash)
       VALUES ($1, $2, $3, CASE WHEN $4::boolean THEN now() END, sha256($5))
       ON CONFLICT (collection_id, client_hash)
       DO UPDATE SET name = excluded.name, enrolled_at = excluded.enrolled_at RETURNING user_id AS "userId"`,
      [collectionId, bytes(user.id), bytes(user.name), autoCreated, formBytes(user.id)],
    );
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
       RETURNING face_id AS "faceId", object_key AS "objectKey"`,
      [owner.collectionId, owner.userId, faceId],
    );
    if (rows.length === 0) return undefined;
    await queueEvent(this.#run, deletedEvent(collection, { what: 'face', id: userId, face: faceId }));
    await this.#forget(owner.collectionId, owner.userId);
    return this.#erased(owner.collectionId, rows);
  }

  async deleteUser(collection: CollectionRef, userId: string): Promise<Erased | undefined> {
    await eraseRecycledOf(this.#run, collection, userId);
    const owner = await this.#locate(collection, userId, 'FOR UPDATE');
    if (!owner) return undefined;
    await queueEvent(this.#run, deletedEvent(collection, { what: 'user', id: userId }));
    return this.eraseUser(owner);
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
    return this.eraseUser(owner);
  }

  async deleteCollection(collection: CollectionRef): Promise<Erased | undefined> {
    const collectionId = await this.collectionId(collection, 'FOR UPDATE OF c');
    if (collectionId === undefined) return undefined;
    if (isDefault(collection)) {
      const anybody = await this.#run('SELECT FROM users WHERE collection_id = $1 LIMIT 1', [collectionId]);
      if (anybody.length === 0) return undefined;
    }
    await queueEvent(this.#run, deletedEvent(collection, { what: 'collection' }));
    await eraseRecycledOf(this.#run, collection);
    const erased = await this.#eraseFaces(collectionId, null);
    for (let deleted = DELETED_AT_A_TIME; deleted === DELETED_AT_A_TIME; ) {
      const rows = await this.#run(
        `DELETE FROM users WHERE collection_id = $1 AND user_id IN
           (SELECT user_id FROM users WHERE collection_id = $1 LIMIT $2) RETURNING user_id`,
        [collectionId, DELETED_AT_A_TIME],
      );
      deleted = rows.length;
    }
    await this.#run('DELETE FROM collections WHERE collection_id = $1', [collectionId]);
    return erased;
  }

  async nearestPeople(
    collection: CollectionRef,
    { model, cohort }: TemplateKind,
    probe: Float32Array,
    k: number,
  ): Promise<{ people: FoundPerson[]; faces: number }> {
    const collectionId = await this.collectionId(collection);
    if (collectionId === undefined) return { people: [], faces: 0 };
    const nearest = (order: string) =>
      this.#run<PostgresFaceRow>(
        `SELECT f.face_id AS "faceId", f.collection_id AS "collectionId", f.user_id AS "personId",
           vector_send(f.embedding::vector) AS embedding, u.client_id AS "clientId", u.name, t.data AS template
         FROM (
           SELECT collection_id, face_id, user_id, embedding FROM faces
           WHERE collection_id = $1 AND model = $2 ORDER BY ${order} LIMIT $4
         ) f JOIN users u USING (collection_id, user_id)
           LEFT JOIN templates t ON t.collection_id = f.collection_id AND t.user_id = f.user_id
             AND t.model = $2 AND t.cohort = $5 ORDER BY f.face_id`,
        [collectionId, model, toVectorBytes(probe), k, cohort],
      );
    if (await this.#isLarge(this.#run, collectionId, model)) {
      const found = await nearest('embedding <=> $3::vector');
      // The graph holds other collections too, and its scan gives up when it meets too many of their faces.
      if (found.length === k) return { people: foundPeople(found, cohort), faces: k };
    }
    // As a sum, the distance is no order that the graph knows: every face of the collection is compared.
    const found = await nearest('(embedding <=> $3::vector) + 0');
    return { people: foundPeople(found, cohort), faces: found.length };
  }

  newestFaces(people: readonly PersonRef[], model: string): Promise<PersonFaces[]> {
    return newestFaces(this.#run, people, model);
  }

  /** The collection's row is held. */
  async makeCollection(collection: CollectionRef): Promise<number> {
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
    if (objectKey !== null) await this.#run('DELETE FROM pending_object_deletions WHERE object_key = $1', [objectKey]);
    return { collectionId, personId: userId, faceId: row?.faceId ?? 0 };
  }

  async eraseUser({ collectionId, userId }: { collectionId: number; userId: number }): Promise<Erased> {
    const erased = await this.#eraseFaces(collectionId, userId);
    await this.#run('DELETE FROM users WHERE collection_id = $1 AND user_id = $2', [collectionId, userId]);
    return erased;
  }

  /** What was made of faces. @param userId null for every user */
  async #forget(collectionId: number, userId: number | null): Promise<void> {
    for (const table of ['templates', 'cohort_members', 'staged_embeddings']) {
      await this.#run(`DELETE FROM ${table} WHERE collection_id = $1 AND user_id = coalesce($2, user_id)`, [
        collectionId,
        userId,
      ]);
    }
    await this.#run(
      `DELETE FROM duplicate_pairs WHERE collection_id = $1
         AND ($2::bigint IS NULL OR user_id = $2 OR other_id = $2)`,
      [collectionId, userId],
    );
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
         ) RETURNING face_id AS "faceId", object_key AS "objectKey"`,
        [collectionId, userId, DELETED_AT_A_TIME],
      );
      erased.push(...rows);
      deleted = rows.length;
    }
    await this.#forget(collectionId, userId);
    erased.sort((a, b) => a.faceId - b.faceId);
    return this.#erased(collectionId, erased);
  }

  async #erased(collectionId: number, erased: readonly ErasedFaceRow[]): Promise<Erased> {
    const objectKeys = erased.flatMap(({ objectKey }) => objectKey ?? []);
    await this.#run(
      'INSERT INTO pending_object_deletions (object_key) SELECT unnest($1::text[]) ON CONFLICT DO NOTHING',
      [objectKeys],
    );
    return { collectionId, faceIds: erased.map(({ faceId }) => faceId), objectKeys };
  }
}

/** The tenant's number; made where there is none. */
export async function makeTenant(run: RunQuery, name: string): Promise<number> {
  await run('INSERT INTO tenants (name) VALUES ($1) ON CONFLICT DO NOTHING', [bytes(name)]);
  const [row] = await run<{ tenantId: number }>(
    'SELECT tenant_id AS "tenantId" FROM tenants WHERE name_hash = sha256($1)',
    [bytes(name)],
  );
  return row?.tenantId ?? 0;
}
