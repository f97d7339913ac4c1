import type { RowEncryption, UserRow } from '../../encryption/row-encryption.js';
import type { Database } from '../../sqlite.js';
import type { FaceToEmbed, PersonWithoutFace, StagedCounts, StagedEmbeddings } from '../staged-embeddings.js';
import type { GuardedDatabase } from './guarded-database.js';
import { userColumns } from './sqlite-statements.js';

type FaceRow = Omit<FaceToEmbed, 'objectKey'> & { objectKey: string | null };
type PersonRow = UserRow & { collectionId: number; tenant: string; collection: string; hasPhoto: 0 | 1 };

/** Of a row that is not about to be erased with its collection. */
const notDeleted = 'collection_id NOT IN (SELECT collection_id FROM collections WHERE deleted_at IS NOT NULL)';

/** See StagedEmbeddings; in the rows of SQLite. A row goes with its face, by the foreign key. */
export class StagedRows implements StagedEmbeddings {
  readonly #db: GuardedDatabase;
  readonly #sql: ReturnType<typeof prepare>;
  readonly #encryption: RowEncryption;

  constructor(db: GuardedDatabase, raw: Database, encryption: RowEncryption) {
    this.#db = db;
    this.#sql = prepare(raw);
    this.#encryption = encryption;
  }

  async facesToEmbed(model: string, after: number, limit: number): Promise<FaceToEmbed[]> {
    const rows = this.#db.read(() => this.#sql.facesToEmbed.all({ model, after, limit }));
    return rows.map(({ objectKey, ...face }) => ({ ...face, objectKey: objectKey ?? undefined }));
  }

  async stage({ faceId, personId }: FaceToEmbed, model: string, embedding: Float32Array): Promise<boolean> {
    const blob = this.#encryption.encryptEmbedding(personId, model, embedding);
    return this.#db.write(() => this.#sql.stage.run({ faceId, personId, model, embedding: blob }).changes > 0);
  }

  async count(model: string): Promise<StagedCounts> {
    return this.#db.read(() => this.#sql.count.get({ model })) ?? { own: 0, staged: 0, waiting: 0, withoutPhoto: 0 };
  }

  async adopt(model: string, limit: number): Promise<number> {
    return this.#db.write(() => {
      const rows = this.#sql.staged.all(model, limit);
      for (const { faceId, userId, embedding } of rows) {
        // Encrypted embeddings are bound to user and model, which are those that it had.
        this.#sql.replace.run(model, embedding, faceId);
        this.#sql.unstage.run(faceId);
        this.#sql.deleteTemplate.run(userId);
      }
      return rows.length;
    });
  }

  async peopleWithout(model: string, after: number, limit: number): Promise<PersonWithoutFace[]> {
    const rows = this.#db.read(() => this.#sql.peopleWithout.all({ model, after, limit }));
    return rows.map(({ collectionId, tenant, collection, hasPhoto, ...user }) => ({
      tenant,
      collection,
      collectionId,
      personId: user.userId,
      userId: this.#encryption.decryptUser(user).id,
      hasPhoto: hasPhoto === 1,
    }));
  }
}

function prepare(db: Database) {
  return {
    facesToEmbed: db.prepare<[{ model: string; after: number; limit: number }], FaceRow>(
      `SELECT f.face_id AS faceId, f.collection_id AS collectionId, f.user_id AS personId, f.object_key AS objectKey
       FROM faces f LEFT JOIN staged_embeddings s ON s.face_id = f.face_id AND s.model = @model
       WHERE f.face_id > @after AND f.model <> @model AND s.face_id IS NULL AND f.${notDeleted} ORDER BY f.face_id LIMIT @limit`,
    ),
    stage: db.prepare<[{ faceId: number; personId: number; model: string; embedding: Buffer }], never>(
      `INSERT OR REPLACE INTO staged_embeddings (face_id, model, embedding)
       SELECT face_id, @model, @embedding FROM faces
       WHERE face_id = @faceId AND user_id = @personId AND model <> @model AND ${notDeleted}`,
    ),
    count: db.prepare<[{ model: string }], StagedCounts>(
      `SELECT count(*) FILTER (WHERE f.model = @model) AS own,
         count(*) FILTER (WHERE f.model <> @model AND s.face_id IS NOT NULL) AS staged,
         count(*) FILTER (WHERE f.model <> @model AND s.face_id IS NULL AND f.object_key IS NOT NULL) AS waiting,
         count(*) FILTER (WHERE f.model <> @model AND s.face_id IS NULL AND f.object_key IS NULL) AS withoutPhoto
       FROM faces f LEFT JOIN staged_embeddings s ON s.face_id = f.face_id AND s.model = @model WHERE f.${notDeleted}`,
    ),
    staged: db.prepare<[model: string, limit: number], { faceId: number; userId: number; embedding: Buffer }>(
      `SELECT s.face_id AS faceId, f.user_id AS userId, s.embedding
       FROM staged_embeddings s JOIN faces f USING (face_id) WHERE s.model = ? AND f.${notDeleted} ORDER BY s.face_id LIMIT ?`,
    ),
    replace: db.prepare<[model: string, embedding: Buffer, faceId: number], never>(
      'UPDATE faces SET model = ?, embedding = ? WHERE face_id = ?',
    ),
    unstage: db.prepare<[faceId: number], never>('DELETE FROM staged_embeddings WHERE face_id = ?'),
    deleteTemplate: db.prepare<[userId: number], never>('DELETE FROM templates WHERE user_id = ?'),
    peopleWithout: db.prepare<[{ model: string; after: number; limit: number }], PersonRow>(
      `SELECT ${userColumns}, u.collection_id AS collectionId, t.name AS tenant, c.name AS collection,
         max(f.object_key IS NOT NULL) AS hasPhoto
       FROM users u JOIN collections c USING (collection_id) JOIN tenants t USING (tenant_id)
         JOIN faces f ON f.collection_id = u.collection_id AND f.user_id = u.user_id
         LEFT JOIN staged_embeddings s ON s.face_id = f.face_id AND s.model = @model
       WHERE u.user_id > @after AND c.deleted_at IS NULL
       GROUP BY u.user_id HAVING max(f.model = @model) = 0 AND count(s.face_id) = 0
       ORDER BY u.user_id LIMIT @limit`,
    ),
  };
}
