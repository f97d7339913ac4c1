import { blobToEmbedding } from '../../encryption/embedding-blob.js';
import type { ChangeFault, Copied, RecycledUser } from '../people-changes.js';
import type { CollectionRef } from '../people-store.js';
import type { RunQuery } from './database.js';
import { formBytes } from './id-forms.js';
import { PeopleWriter } from './people.js';
import { bytes } from './user-row.js';
import { toVectorBytes } from './vector-bytes.js';

/** A user whose row is held. */
export interface Located {
  collectionId: number;
  userId: number;
  name: string;
}

/** Users by their ids, in the order asked for; their rows are held until the end of the transaction. */
export async function locate(
  run: RunQuery,
  collection: CollectionRef,
  ids: readonly string[],
): Promise<(Located | undefined)[]> {
  const collectionId = await writerOf(run).collectionId(collection, 'FOR KEY SHARE OF c');
  if (collectionId === undefined) return [];
  const rows = await run<{ userId: number; clientId: Buffer; name: Buffer }>(
    `SELECT user_id AS "userId", client_id AS "clientId", name FROM users
     WHERE collection_id = $1 AND client_hash IN (SELECT sha256(id) FROM unnest($2::bytea[]) AS asked (id))
     ORDER BY user_id FOR UPDATE`,
    [collectionId, ids.map(bytes)],
  );
  const byId = new Map(
    rows.map(({ userId, clientId, name }) => [
      clientId.toString('utf8'),
      { collectionId, userId, name: name.toString('utf8') },
    ]),
  );
  return ids.map((id) => byId.get(id));
}

/** Why an id cannot be that of a new user, or of one who has another id now. @param self number of that one */
export async function idFault(
  run: RunQuery,
  collectionId: number,
  id: string,
  self = 0,
): Promise<'id-taken' | 'id-conflict' | undefined> {
  const [found] = await run<{ same: boolean | null; other: boolean | null }>(
    `SELECT bool_or(client_hash = sha256($2)) AS same, bool_or(user_id <> $4) AS other FROM users
     WHERE collection_id = $1 AND (client_hash IN (sha256($2), sha256($3)) OR form_hash = sha256($3))`,
    [collectionId, bytes(id), formBytes(id) ?? bytes(id), self],
  );
  if (found?.same) return 'id-taken';
  return found?.other ? 'id-conflict' : undefined;
}

/** @param objectKeys of the copies' photos by the faces' numbers; undefined: each face takes its photo along */
export async function copyUser(
  run: RunQuery,
  writer: PeopleWriter,
  collection: CollectionRef,
  userId: string,
  to: string,
  objectKeys: ReadonlyMap<number, string> | undefined,
): Promise<(Copied & { owner: Located }) | ChangeFault> {
  const [owner] = await locate(run, collection, [userId]);
  if (!owner) return 'user-not-found';
  const target = { ...collection, collection: to };
  const fault = await idFault(run, await writer.makeCollection(target), userId);
  if (fault) return fault;
  const { collectionId, userId: personId } = await writer.saveUser(target, { id: userId, name: owner.name });
  await run(
    `UPDATE users u SET created_at = o.created_at, enrolled_at = o.enrolled_at FROM users o
     WHERE u.collection_id = $3 AND u.user_id = $4 AND o.collection_id = $1 AND o.user_id = $2`,
    [owner.collectionId, owner.userId, collectionId, personId],
  );
  const faces = await run<{ faceId: number; model: string }>(
    `INSERT INTO faces (collection_id, user_id, model, embedding, object_key, created_at)
     SELECT $3, $4, f.model, f.embedding, CASE WHEN $5::boolean THEN f.object_key ELSE kept.object_key END, f.created_at
     FROM faces f LEFT JOIN unnest($6::bigint[], $7::text[]) AS kept (face_id, object_key) USING (face_id)
     WHERE f.collection_id = $1 AND f.user_id = $2 ORDER BY f.face_id RETURNING face_id AS "faceId", model`,
    [
      owner.collectionId,
      owner.userId,
      collectionId,
      personId,
      objectKeys === undefined,
      [...(objectKeys?.keys() ?? [])],
      [...(objectKeys?.values() ?? [])],
    ],
  );
  for (const { model } of faces) writer.counts.faces(collectionId, model, 1);
  if (faces.length > 0) await noteFace(run, collectionId, personId);
  await run(
    `DELETE FROM pending_object_deletions WHERE object_key IN
       (SELECT object_key FROM faces WHERE collection_id = $1 AND user_id = $2)`,
    [collectionId, personId],
  );
  return { person: { collectionId, personId }, faceIds: faces.map(({ faceId }) => faceId), owner };
}

export async function insertRecycled(
  run: RunQuery,
  writer: PeopleWriter,
  collection: CollectionRef,
  { id, name, createdAt, autoCreatedAt, attendance = [], faces }: RecycledUser,
): Promise<Copied> {
  const { collectionId, userId } = await writer.saveUser(collection, { id, name });
  await run('UPDATE users SET created_at = $3, enrolled_at = $4 WHERE collection_id = $1 AND user_id = $2', [
    collectionId,
    userId,
    new Date(createdAt),
    autoCreatedAt === null ? null : new Date(autoCreatedAt),
  ]);
  const faceIds: number[] = [];
  for (const { model, embedding, objectKey, createdAt: at } of faces) {
    const vector = toVectorBytes(blobToEmbedding(Buffer.from(embedding, 'base64')));
    const [face] = await run<{ faceId: number }>(
      `INSERT INTO faces (collection_id, user_id, model, embedding, object_key, created_at)
       VALUES ($1, $2, $3, $4::vector, $5, $6) RETURNING face_id AS "faceId"`,
      [collectionId, userId, model, vector, objectKey, new Date(at)],
    );
    writer.counts.faces(collectionId, model, 1);
    faceIds.push(face?.faceId ?? 0);
  }
  if (faceIds.length > 0) await noteFace(run, collectionId, userId);
  for (const { day, first, last } of attendance)
    await run('INSERT INTO attendance (day, collection_id, user_id, first_at, last_at) VALUES ($1, $2, $3, $4, $5)', [
      day,
      collectionId,
      userId,
      new Date(first),
      new Date(last),
    ]);
  return { person: { collectionId, personId: userId }, faceIds };
}

/** Notes that a user has a face. */
export async function noteFace(run: RunQuery, collectionId: number, userId: number): Promise<void> {
  await run('UPDATE users SET has_face = true WHERE collection_id = $1 AND user_id = $2 AND NOT has_face', [
    collectionId,
    userId,
  ]);
}

/** Gives a user the attendance of others; of a day on which several were there, the first and the last time of them. */
export async function takeAttendance(
  run: RunQuery,
  from: { collectionId: number; userIds: readonly number[] },
  to: { collectionId: number; userId: number },
): Promise<void> {
  await run(
    `INSERT INTO attendance (day, collection_id, user_id, first_at, last_at)
     SELECT day, $3, $4, min(first_at), max(last_at) FROM attendance
     WHERE collection_id = $1 AND user_id = ANY ($2::bigint[]) GROUP BY day
     ON CONFLICT (day, collection_id, user_id) DO UPDATE SET
       first_at = least(attendance.first_at, excluded.first_at), last_at = greatest(attendance.last_at, excluded.last_at)`,
    [from.collectionId, from.userIds, to.collectionId, to.userId],
  );
}

/** For what does not search. */
export function writerOf(run: RunQuery): PeopleWriter {
  return new PeopleWriter(run, async () => false);
}
