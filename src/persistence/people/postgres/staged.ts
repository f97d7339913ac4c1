import type { FaceToEmbed, PersonWithoutFace, StagedCounts, StagedEmbeddings } from '../staged-embeddings.js';
import { CountChanges } from './collection-counts.js';
import type { PostgresDatabase } from './database.js';
import { toVectorBytes } from './vector-bytes.js';

/** Joins what is staged for the model $1 to faces f. */
const joined = `LEFT JOIN staged_embeddings s
  ON s.collection_id = f.collection_id AND s.face_id = f.face_id AND s.model = $1`;

/**
 * See StagedEmbeddings; in PostgreSQL. The transactions that delete faces delete what is staged of their users (PeopleWriter); it
 * is made again from the photos that are left.
 */
export class PostgresStaged implements StagedEmbeddings {
  readonly #db: PostgresDatabase;

  constructor(db: PostgresDatabase) {
    this.#db = db;
  }

  async facesToEmbed(model: string, after: number, limit: number): Promise<FaceToEmbed[]> {
    const rows = await this.#db.run<Omit<FaceToEmbed, 'objectKey'> & { objectKey: string | null }>(
      `SELECT f.face_id AS "faceId", f.collection_id AS "collectionId", f.user_id AS "personId", f.object_key AS "objectKey"
       FROM faces f ${joined} WHERE f.face_id > $2 AND f.model <> $1 AND s.face_id IS NULL ORDER BY f.face_id LIMIT $3`,
      [model, after, limit],
    );
    return rows.map(({ objectKey, ...face }) => ({ ...face, objectKey: objectKey ?? undefined }));
  }

  stage({ faceId, collectionId, personId }: FaceToEmbed, model: string, embedding: Float32Array): Promise<boolean> {
    return this.#db.transaction(async (run) => {
      // Whoever erases the face holds one of these rows: it is gone before, or what is staged here goes with it.
      await run('SELECT FROM collections WHERE collection_id = $1 FOR KEY SHARE', [collectionId]);
      await run('SELECT FROM users WHERE collection_id = $1 AND user_id = $2 FOR KEY SHARE', [collectionId, personId]);
      const rows = await run(
        `INSERT INTO staged_embeddings (collection_id, user_id, face_id, model, embedding)
         SELECT collection_id, user_id, face_id, $4, $5::vector FROM faces
         WHERE collection_id = $1 AND user_id = $2 AND face_id = $3 AND model <> $4
         ON CONFLICT (collection_id, face_id) DO UPDATE SET model = excluded.model, embedding = excluded.embedding
         RETURNING face_id`,
        [collectionId, personId, faceId, model, toVectorBytes(embedding)],
      );
      return rows.length > 0;
    });
  }

  async count(model: string): Promise<StagedCounts> {
    const [row] = await this.#db.run<StagedCounts>(
      `SELECT count(*) FILTER (WHERE f.model = $1) AS own,
         count(*) FILTER (WHERE f.model <> $1 AND s.face_id IS NOT NULL) AS staged,
         count(*) FILTER (WHERE f.model <> $1 AND s.face_id IS NULL AND f.object_key IS NOT NULL) AS waiting,
         count(*) FILTER (WHERE f.model <> $1 AND s.face_id IS NULL AND f.object_key IS NULL) AS "withoutPhoto"
       FROM faces f ${joined}`,
      [model],
    );
    return row ?? { own: 0, staged: 0, waiting: 0, withoutPhoto: 0 };
  }

  adopt(model: string, limit: number): Promise<number> {
    return this.#db.transaction(async (run) => {
      const rows = await run<{ collectionId: number; personId: number; faceId: number }>(
        `SELECT collection_id AS "collectionId", user_id AS "personId", face_id AS "faceId" FROM staged_embeddings
         WHERE model = $1 ORDER BY collection_id, face_id LIMIT $2 FOR UPDATE`,
        [model, limit],
      );
      const [collections, people, faces] = [
        rows.map(({ collectionId }) => collectionId),
        rows.map(({ personId }) => personId),
        rows.map(({ faceId }) => faceId),
      ];
      const asked = 'unnest($1::bigint[], $2::bigint[]) AS asked (collection_id, number)';
      const counts = new CountChanges();
      const before = await run<{ collectionId: number; model: string }>(
        `SELECT f.collection_id AS "collectionId", f.model
         FROM faces f JOIN ${asked} ON f.collection_id = asked.collection_id AND f.face_id = asked.number FOR UPDATE OF f`,
        [collections, faces],
      );
      for (const face of before) {
        counts.faces(face.collectionId, face.model, -1);
        counts.faces(face.collectionId, model, 1);
      }
      await run(
        `UPDATE faces f SET model = s.model, embedding = s.embedding
         FROM staged_embeddings s JOIN ${asked} ON s.collection_id = asked.collection_id AND s.face_id = asked.number
         WHERE f.collection_id = s.collection_id AND f.face_id = s.face_id`,
        [collections, faces],
      );
      await run(
        `DELETE FROM staged_embeddings s USING ${asked}
         WHERE s.collection_id = asked.collection_id AND s.face_id = asked.number`,
        [collections, faces],
      );
      await run(
        `DELETE FROM templates t USING ${asked} WHERE t.collection_id = asked.collection_id AND t.user_id = asked.number`,
        [collections, people],
      );
      await counts.write(run);
      return rows.length;
    });
  }

  async peopleWithout(model: string, after: number, limit: number): Promise<PersonWithoutFace[]> {
    const rows = await this.#db.run<
      Omit<PersonWithoutFace, 'tenant' | 'collection' | 'userId'> & Record<'tenant' | 'collection' | 'userId', Buffer>
    >(
      `SELECT t.name AS tenant, c.name AS collection, u.collection_id AS "collectionId", u.user_id AS "personId",
         u.client_id AS "userId", bool_or(f.object_key IS NOT NULL) AS "hasPhoto"
       FROM users u JOIN collections c USING (collection_id) JOIN tenants t USING (tenant_id)
         JOIN faces f ON f.collection_id = u.collection_id AND f.user_id = u.user_id ${joined}
       WHERE u.user_id > $2
       GROUP BY t.name, c.name, u.collection_id, u.user_id, u.client_id
       HAVING NOT bool_or(f.model = $1) AND count(s.face_id) = 0 ORDER BY u.user_id LIMIT $3`,
      [model, after, limit],
    );
    return rows.map(({ tenant, collection, userId, ...person }) => ({
      ...person,
      tenant: tenant.toString('utf8'),
      collection: collection.toString('utf8'),
      userId: userId.toString('utf8'),
    }));
  }
}
