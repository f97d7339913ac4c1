import type { Database } from '../../sqlite.js';

/** A face with what a copy of it needs. */
export interface KeptFaceRow {
  faceId: number;
  model: string;
  embedding: Buffer;
  objectKey: string | null;
  createdAt: number;
}

/** Statements of changes of people. */
export function prepareChanges(db: Database) {
  return {
    rename: db.prepare<
      [clientId: string, name: string, encrypted: Buffer | null, form: string | null, userId: number],
      never
    >('UPDATE users SET client_id = ?, name = ?, sealed = ?, id_form = ?, enrolled_at = NULL WHERE user_id = ?'),
    times: db.prepare<[userId: number], { createdAt: number; autoCreatedAt: number | null }>(
      'SELECT created_at AS createdAt, enrolled_at AS autoCreatedAt FROM users WHERE user_id = ?',
    ),
    setUserTime: db.prepare<[createdAt: number, userId: number], never>(
      'UPDATE users SET created_at = ? WHERE user_id = ?',
    ),
    facesOf: db.prepare<[collectionId: number, userId: number], KeptFaceRow>(
      `SELECT face_id AS faceId, model, embedding, object_key AS objectKey, created_at AS createdAt
       FROM faces WHERE collection_id = ? AND user_id = ? ORDER BY face_id`,
    ),
    setFaceTime: db.prepare<[createdAt: number, faceId: number], never>(
      'UPDATE faces SET created_at = ? WHERE face_id = ?',
    ),
    setOwner: db.prepare<[userId: number, embedding: Buffer, faceId: number], never>(
      'UPDATE faces SET user_id = ?, embedding = ? WHERE face_id = ?',
    ),
    // The triggers see faces that come and go, not those that change their owner.
    noteFace: db.prepare<[userId: number], never>('UPDATE users SET has_face = 1 WHERE user_id = ? AND has_face = 0'),
    staged: db.prepare<[faceId: number], { model: string; embedding: Buffer }>(
      'SELECT model, embedding FROM staged_embeddings WHERE face_id = ?',
    ),
    restage: db.prepare<[embedding: Buffer, faceId: number], never>(
      'UPDATE staged_embeddings SET embedding = ? WHERE face_id = ?',
    ),
    attendanceOf: db.prepare<[collectionId: number, userId: number], { day: string; first: number; last: number }>(
      `SELECT day, first_at AS first, last_at AS last FROM attendance WHERE collection_id = ? AND user_id = ?`,
    ),
    addAttendance: db.prepare<[day: string, collectionId: number, userId: number, first: number, last: number], never>(
      'INSERT INTO attendance (day, collection_id, user_id, first_at, last_at) VALUES (?, ?, ?, ?, ?)',
    ),
    // Of a day on which both were there, the first and the last time of the two.
    takeAttendance: db.prepare<[{ at: number; from: number; collectionId: number; to: number }], never>(
      `INSERT INTO attendance (day, collection_id, user_id, first_at, last_at)
       SELECT day, @collectionId, @to, first_at, last_at FROM attendance WHERE collection_id = @at AND user_id = @from
       ON CONFLICT (day, collection_id, user_id) DO UPDATE SET
         first_at = min(first_at, excluded.first_at), last_at = max(last_at, excluded.last_at)`,
    ),
  };
}
