import { blobToEmbedding, embeddingToBlob } from '../../encryption/embedding-blob.js';
import type { RowEncryption } from '../../encryption/row-encryption.js';
import type { Database } from '../../sqlite.js';
import type { RecycleBin, RecycledUser } from '../people-changes.js';

/** A user who is put aside, with faces as numbers. */
export type UserAside = Omit<RecycledUser, 'faces'> & {
  faces: (Omit<RecycledUser['faces'][number], 'embedding'> & { vector: Float32Array })[];
};

/** People who were deleted and can be brought back for some minutes. Each call is part of a transaction of the caller's. */
export class RecycledRows {
  readonly #sql: ReturnType<typeof prepare>;
  readonly #encryption: RowEncryption;

  constructor(db: Database, encryption: RowEncryption) {
    this.#sql = prepare(db);
    this.#encryption = encryption;
  }

  add(collectionId: number, { faces, ...user }: UserAside, { token, eraseAt }: RecycleBin): void {
    const clientId = this.#encryption.clientId(collectionId, user.id);
    const kept: RecycledUser = {
      ...user,
      faces: faces.map(({ vector, ...face }) => ({ ...face, embedding: embeddingToBlob(vector).toString('base64') })),
    };
    const objectKeys = JSON.stringify(faces.flatMap(({ objectKey }) => objectKey ?? []));
    const data = this.#encryption.encryptRecycled(token, clientId, JSON.stringify(kept));
    this.#sql.add.run(collectionId, clientId, token, eraseAt.getTime(), objectKeys, data);
  }

  of(collectionId: number, token: string, now: number) {
    return this.#sql.of.all(collectionId, token, now).map(({ recycledId, clientId, data }) => {
      const { faces, ...user } = JSON.parse(this.#encryption.decryptRecycled(token, clientId, data)) as RecycledUser;
      const withVectors = faces.map(({ embedding, ...face }) => ({
        ...face,
        vector: blobToEmbedding(Buffer.from(embedding, 'base64')),
      }));
      return { recycledId, user, faces: withVectors };
    });
  }

  remove(recycledId: number): void {
    this.#sql.remove.run(recycledId);
  }

  isDue(before: number): boolean {
    return this.#sql.isDue.get(before) !== undefined;
  }

  /** @returns how many */
  erase(before: number): number {
    this.#sql.photosBefore.run(before);
    return this.#sql.removeBefore.run(before).changes;
  }
}

function prepare(db: Database) {
  return {
    add: db.prepare<
      [collectionId: number, clientId: string, token: string, eraseAt: number, objectKeys: string, data: Buffer],
      never
    >('INSERT INTO recycled (collection_id, client_id, token, erase_at, object_keys, data) VALUES (?, ?, ?, ?, ?, ?)'),
    of: db.prepare<
      [collectionId: number, token: string, now: number],
      { recycledId: number; clientId: string; data: Buffer }
    >(
      `SELECT recycled_id AS recycledId, client_id AS clientId, data FROM recycled
       WHERE collection_id = ? AND token = ? AND erase_at > ? ORDER BY recycled_id`,
    ),
    remove: db.prepare<[recycledId: number], never>('DELETE FROM recycled WHERE recycled_id = ?'),
    isDue: db.prepare<[before: number], unknown>('SELECT 1 FROM recycled WHERE erase_at <= ? LIMIT 1'),
    photosBefore: db.prepare<[before: number], never>(
      `INSERT OR IGNORE INTO pending_object_deletions (object_key, since)
       SELECT value, CAST(1000 * unixepoch('subsec') AS INTEGER) FROM recycled, json_each(object_keys) WHERE erase_at <= ?`,
    ),
    removeBefore: db.prepare<[before: number], never>('DELETE FROM recycled WHERE erase_at <= ?'),
  };
}
