import type { UserRow } from '../../encryption/row-encryption.js';
import type { Database, Statement } from '../../sqlite.js';
import type { CollectionCount } from '../people-store.js';

/** `?` is always bound, never spliced. The address of a collection is (tenant name, collection name). */
const collectionAt = `
  SELECT c.collection_id FROM collections c JOIN tenants t USING (tenant_id) 
  WHERE t.name = ? AND c.name = ? AND c.deleted_at IS NULL`;

/** Of users u, as a UserRow. */
export const userColumns = 'u.user_id AS userId, u.client_id AS clientId, u.name, u.sealed AS encrypted';

/** Announces the deletion of a photo of a collection's, in the transaction that erases its face. */
export const ADD_PENDING_DELETION = `
  INSERT INTO pending_object_deletions (object_key, since, tenant_id)
  SELECT @objectKey, @now, tenant_id FROM collections WHERE collection_id = @collectionId ON CONFLICT DO NOTHING`;

/** As a ScaleRow. */
const scaleColumns = 'scale_id AS scaleId, model, made_at AS madeAt, is_active AS isActive, data';

export interface ErasedFaceRow {
  faceId: number;
  objectKey: string | null;
}

export interface FaceRow {
  faceId: number;
  model: string;
  createdAt: number;
  objectKey: string | null;
}

export interface EmbeddingRow {
  faceId: number;
  userId: number;
  embedding: Buffer;
}

/** A face, its user, and the user's template where there is one. */
export type OwnedFaceRow = [
  faceId: number,
  collectionId: number,
  userId: number,
  embedding: Buffer,
  template: Buffer | null,
  clientId: string,
  name: string,
  encrypted: Buffer | null,
];

export interface CollectionRow {
  collectionId: number;
  tenant: string;
  collection: string;
}

export interface KeyRow {
  keyId: number;
  tenant: string;
  label: string;
  permissions: string;
  createdAt: number;
  lastUsedAt: number | null;
  expiresAt: number | null;
  revokedAt: number | null;
}

export interface ScaleRow {
  scaleId: number;
  model: string;
  madeAt: number;
  isActive: 0 | 1;
  data: string;
}

/** Every statement of the store, compiled once. */
export function prepareStatements(db: Database) {
  const one = <P extends unknown[], R>(sql: string): Statement<P, R> => db.prepare<P, R>(sql);
  const value = <P extends unknown[], R>(sql: string): Statement<P, R> =>
    db.prepare<P, R>(sql).pluck() as Statement<P, R>;
  const rows = <P extends unknown[], R>(sql: string): Statement<P, R> => db.prepare<P, R>(sql).raw() as Statement<P, R>;

  return {
    addTenant: one<[name: string], never>('INSERT INTO tenants (name) VALUES (?) ON CONFLICT DO NOTHING'),
    tenantId: value<[name: string], number>('SELECT tenant_id FROM tenants WHERE name = ?'),

    collectionId: value<[tenant: string, collection: string], number>(collectionAt),
    addCollection: value<[tenantId: number, name: string, now: number], number>(
      'INSERT INTO collections (tenant_id, name, created_at) VALUES (?, ?, ?) RETURNING collection_id',
    ),
    listCollections: one<[], CollectionRow>(
      `SELECT c.collection_id AS collectionId, t.name AS tenant, c.name AS collection
       FROM collections c JOIN tenants t USING (tenant_id) WHERE c.deleted_at IS NULL ORDER BY c.collection_id`,
    ),
    hideCollection: one<[now: number, collectionId: number], never>(
      "UPDATE collections SET deleted_at = ?, name = '' WHERE collection_id = ?",
    ),
    forgetMembersOf: one<[collectionId: number], never>('DELETE FROM cohort_members WHERE collection_id = ?'),

    saveUser: value<
      [
        collectionId: number,
        clientId: string,
        name: string,
        now: number,
        autoCreatedAt: number | null,
        form: string | null,
      ],
      number
    >(
      `INSERT INTO users (collection_id, client_id, name, created_at, enrolled_at, id_form) VALUES (?, ?, ?, ?, ?, ?)
       ON CONFLICT (collection_id, client_id) DO UPDATE SET name = excluded.name, enrolled_at = excluded.enrolled_at
       RETURNING user_id`,
    ),
    autoCreatedBefore: one<[time: number, limit: number], UserRow & CollectionRow>(
      `SELECT ${userColumns}, c.collection_id AS collectionId, t.name AS tenant, c.name AS collection
       FROM users u JOIN collections c USING (collection_id) JOIN tenants t USING (tenant_id)
       WHERE u.enrolled_at < ? AND c.deleted_at IS NULL ORDER BY u.enrolled_at LIMIT ?`,
    ),
    isAutoCreatedBefore: value<[time: number, userId: number], 0 | 1>(
      'SELECT ifnull(enrolled_at < ?, 0) FROM users WHERE user_id = ?',
    ),
    saveEncryptedUser: one<[encrypted: Buffer, userId: number], never>('UPDATE users SET sealed = ? WHERE user_id = ?'),
    user: one<[collectionId: number, clientId: string], UserRow>(
      `SELECT ${userColumns} FROM users u WHERE u.collection_id = ? AND u.client_id = ?`,
    ),
    userIdByForm: value<[collectionId: number, form: string], number>(
      'SELECT user_id FROM users WHERE collection_id = ? AND id_form = ?',
    ),
    hasUsers: value<[collectionId: number], 1>('SELECT 1 FROM users WHERE collection_id = ? LIMIT 1'),
    listUsers: one<[tenant: string, collection: string], UserRow>(
      `SELECT ${userColumns} FROM users u WHERE u.collection_id = (${collectionAt}) ORDER BY u.user_id`,
    ),
    deleteUser: one<[userId: number], never>('DELETE FROM users WHERE user_id = ?'),

    addFace: value<
      [collectionId: number, userId: number, model: string, embedding: Buffer, objectKey: string | null, now: number],
      number
    >(
      `INSERT INTO faces (collection_id, user_id, model, embedding, object_key, created_at) VALUES (?, ?, ?, ?, ?, ?)
       RETURNING face_id`,
    ),
    deleteFacesOfUser: one<[collectionId: number, userId: number], ErasedFaceRow>(
      'DELETE FROM faces WHERE collection_id = ? AND user_id = ? RETURNING face_id AS faceId, object_key AS objectKey',
    ),
    deleteFace: one<[faceId: number, collectionId: number, userId: number], ErasedFaceRow>(
      `DELETE FROM faces WHERE face_id = ? AND collection_id = ? AND user_id = ?
       RETURNING face_id AS faceId, object_key AS objectKey`,
    ),
    facesOfUser: one<[collectionId: number, userId: number], FaceRow>(
      `SELECT face_id AS faceId, model, created_at AS createdAt, object_key AS objectKey FROM faces
       WHERE collection_id = ? AND user_id = ? ORDER BY face_id`,
    ),
    countPeople: one<[tenant: string], CollectionCount>(
      `SELECT c.name AS collection, ifnull(sum(n.amount) FILTER (WHERE n.model = ''), 0) AS users,
         ifnull(sum(n.amount) FILTER (WHERE n.model <> ''), 0) AS faces
       FROM collections c JOIN tenants t USING (tenant_id) LEFT JOIN collection_counts n USING (collection_id)
       WHERE t.name = ? AND c.deleted_at IS NULL GROUP BY c.collection_id ORDER BY c.name`,
    ),
    // In one statement, with users and templates, and as arrays: a search costs a third less so than with one for each row.
    ownersOf: rows<[{ cohort: string; faceIds: string; model: string }], OwnedFaceRow>(
      `SELECT f.face_id, f.collection_id, f.user_id, f.embedding, t.data, u.client_id, u.name, u.sealed
       FROM json_each(@faceIds) asked CROSS JOIN faces f ON f.face_id = asked.value
         CROSS JOIN users u ON u.user_id = f.user_id
         LEFT JOIN templates t ON t.user_id = f.user_id AND t.model = f.model AND t.cohort = @cohort
       WHERE f.model = @model ORDER BY asked.key`,
    ),
    newestFaces: one<[collectionId: number, userId: number, model: string, limit: number], EmbeddingRow>(
      `SELECT face_id AS faceId, user_id AS userId, embedding FROM faces
       WHERE collection_id = ? AND user_id = ? AND model = ? ORDER BY face_id DESC LIMIT ?`,
    ),
    newestFaceIds: value<[collectionId: number, userId: number, model: string, limit: number], number>(
      `SELECT face_id FROM faces
       WHERE collection_id = ? AND user_id = ? AND model = ? ORDER BY face_id DESC LIMIT ?`,
    ),
    saveTemplate: one<[userId: number, model: string, cohort: string, data: Buffer], never>(
      'INSERT OR REPLACE INTO templates (user_id, model, cohort, data) VALUES (?, ?, ?, ?)',
    ),
    deleteTemplate: one<[userId: number], never>('DELETE FROM templates WHERE user_id = ?'),
    peopleWithFaces: one<
      [{ collectionId: number; model: string; after: number; limit: number }],
      UserRow & { collectionId: number }
    >(
      `SELECT ${userColumns}, u.collection_id AS collectionId FROM users u
       WHERE u.collection_id = @collectionId AND u.user_id > @after AND EXISTS (
         SELECT 1 FROM faces f WHERE f.collection_id = u.collection_id AND f.user_id = u.user_id AND f.model = @model)
       ORDER BY u.user_id LIMIT @limit`,
    ),
    cohort: one<[tenantId: number, model: string], { build: number; people: number }>(
      'SELECT build, people FROM cohorts WHERE tenant_id = ? AND model = ?',
    ),
    saveCohort: one<[tenantId: number, model: string, build: number, people: number], never>(
      'INSERT OR REPLACE INTO cohorts (tenant_id, model, build, people) VALUES (?, ?, ?, ?)',
    ),
    cohortMembers: one<[tenantId: number, model: string], { collectionId: number; personId: number }>(
      `SELECT m.collection_id AS collectionId, m.user_id AS personId
       FROM collections c CROSS JOIN cohort_members m USING (collection_id)
       WHERE c.tenant_id = ? AND m.model = ? ORDER BY m.user_id`,
    ),
    addCohortMember: one<[model: string, collectionId: number, userId: number], never>(
      `INSERT INTO cohort_members (collection_id, user_id, model)
       SELECT collection_id, user_id, ? FROM users JOIN collections USING (collection_id)
       WHERE collection_id = ? AND user_id = ? AND deleted_at IS NULL`,
    ),
    deleteCohortMembers: one<[model: string, tenantId: number], never>(
      `DELETE FROM cohort_members WHERE model = ? AND collection_id IN
         (SELECT collection_id FROM collections WHERE tenant_id = ?)`,
    ),
    deleteCohortMember: one<[collectionId: number, userId: number], never>(
      'DELETE FROM cohort_members WHERE collection_id = ? AND user_id = ?',
    ),
    withoutTemplate: value<
      [{ collectionId: number; model: string; cohort: string; after: number; limit: number }],
      number
    >(
      `SELECT u.user_id FROM users u LEFT JOIN templates t USING (user_id)
       WHERE u.collection_id = @collectionId AND u.user_id > @after
         AND (t.model IS NOT @model OR t.cohort IS NOT @cohort) ORDER BY u.user_id LIMIT @limit`,
    ),
    facesPage: one<[collectionId: number, model: string, afterFaceId: number, limit: number], EmbeddingRow>(
      `SELECT face_id AS faceId, user_id AS userId, embedding FROM faces
       WHERE collection_id = ? AND model = ? AND face_id > ? ORDER BY face_id LIMIT ?`,
    ),
    faceIdsPage: value<[collectionId: number, model: string, afterFaceId: number, limit: number], number>(
      'SELECT face_id FROM faces WHERE collection_id = ? AND model = ? AND face_id > ? ORDER BY face_id LIMIT ?',
    ),
    faces: one<[faceIds: string, model: string], EmbeddingRow>(
      `SELECT f.face_id AS faceId, f.user_id AS userId, f.embedding
       FROM json_each(?) asked CROSS JOIN faces f ON f.face_id = asked.value WHERE f.model = ? ORDER BY asked.key`,
    ),
    countFacesByModel: one<[], { model: string; faces: number }>(
      `SELECT model, sum(amount) AS faces FROM collection_counts JOIN collections USING (collection_id)
       WHERE model <> '' AND deleted_at IS NULL GROUP BY model HAVING sum(amount) > 0`,
    ),

    addScale: one<[model: string, madeAt: number, data: string], never>(
      'INSERT INTO scales (model, made_at, data) VALUES (?, ?, ?)',
    ),
    scales: one<[], ScaleRow>(`SELECT ${scaleColumns} FROM scales ORDER BY scale_id`),
    activeScale: one<[model: string], ScaleRow>(
      `SELECT ${scaleColumns} FROM scales WHERE model = ? AND is_active = 1 ORDER BY scale_id DESC LIMIT 1`,
    ),
    activateScale: one<[scaleId: number, model: string], never>(
      'UPDATE scales SET is_active = (scale_id = ?) WHERE model = ?',
    ),

    reserveObject: one<[objectKey: string, now: number], never>(
      'INSERT INTO pending_object_deletions (object_key, since) VALUES (?, ?) ON CONFLICT DO NOTHING',
    ),
    addPendingDeletion: one<[{ objectKey: string; now: number; collectionId: number }], never>(ADD_PENDING_DELETION),
    tenantWithPending: value<[afterTenantId: number], number | null>(
      'SELECT min(tenant_id) FROM pending_object_deletions WHERE tenant_id > ?',
    ),
    pendingDeletions: value<[tenantId: number, after: string, limit: number], string>(
      `SELECT object_key FROM pending_object_deletions WHERE tenant_id = ? AND object_key > ?
       ORDER BY object_key LIMIT ?`,
    ),
    endPendingDeletion: one<[objectKey: string], never>('DELETE FROM pending_object_deletions WHERE object_key = ?'),

    addKey: one<
      [tenantId: number, sha256: Buffer, label: string, permissions: string, expiresAt: number | null, now: number],
      never
    >('INSERT INTO api_keys (tenant_id, sha256, label, permissions, expires_at, created_at) VALUES (?, ?, ?, ?, ?, ?)'),
    callerOfKey: one<[sha256: Buffer, now: number], { keyId: number; tenant: string; permissions: string }>(
      `SELECT k.key_id AS keyId, t.name AS tenant, k.permissions
       FROM api_keys k JOIN tenants t USING (tenant_id)
       WHERE k.sha256 = ? AND k.revoked_at IS NULL AND ifnull(k.expires_at > ?, 1)`,
    ),
    callerOfKeyId: one<[keyId: number, now: number], { tenant: string; permissions: string }>(
      `SELECT t.name AS tenant, k.permissions FROM api_keys k JOIN tenants t USING (tenant_id)
       WHERE k.key_id = ? AND k.revoked_at IS NULL AND ifnull(k.expires_at > ?, 1)`,
    ),
    listKeys: one<[], KeyRow>(
      `SELECT k.key_id AS keyId, t.name AS tenant, k.label, k.permissions, k.created_at AS createdAt,
         k.last_used_at AS lastUsedAt, k.expires_at AS expiresAt, k.revoked_at AS revokedAt
       FROM api_keys k JOIN tenants t USING (tenant_id) ORDER BY k.key_id`,
    ),
    noteKeyUse: one<[now: number, keyId: number], never>('UPDATE api_keys SET last_used_at = ? WHERE key_id = ?'),
    revokeKey: one<[now: number, keyId: number], never>(
      'UPDATE api_keys SET revoked_at = ? WHERE key_id = ? AND revoked_at IS NULL',
    ),
    countKeys: value<[], number>('SELECT count(*) FROM api_keys'),

    ping: one<[], unknown>('SELECT 1 FROM tenants LIMIT 1'),
  };
}

export type Statements = ReturnType<typeof prepareStatements>;
