import { embeddingToBlob } from '../../encryption/embedding-blob.js';
import type { RecycleBin, RecycledUser } from '../people-changes.js';
import type { CollectionRef } from '../people-store.js';
import type { RunQuery } from './database.js';
import { bytes } from './user-row.js';
import { fromVectorBytes } from './vector-bytes.js';

/** A user who is put aside. */
interface RecycledRow {
  recycledId: number;
  user: RecycledUser;
}

/** Puts a user and all faces aside; part of a transaction of the caller's, who then deletes them. */
export async function addRecycled(
  run: RunQuery,
  { collectionId, userId }: { collectionId: number; userId: number },
  { token, eraseAt }: RecycleBin,
): Promise<void> {
  const [user] = await run<{ clientId: Buffer; name: Buffer; createdAt: Date; autoCreatedAt: Date | null }>(
    `SELECT client_id AS "clientId", name, created_at AS "createdAt", enrolled_at AS "autoCreatedAt" FROM users
     WHERE collection_id = $1 AND user_id = $2`,
    [collectionId, userId],
  );
  if (!user) return;
  const faces = await run<{ model: string; embedding: Buffer; objectKey: string | null; createdAt: Date }>(
    `SELECT model, vector_send(embedding::vector) AS embedding, object_key AS "objectKey", created_at AS "createdAt" FROM faces
     WHERE collection_id = $1 AND user_id = $2 ORDER BY face_id`,
    [collectionId, userId],
  );
  const attendance = await run<{ day: string; first: Date; last: Date }>(
    'SELECT day, first_at AS first, last_at AS last FROM attendance WHERE collection_id = $1 AND user_id = $2',
    [collectionId, userId],
  );
  const kept: RecycledUser = {
    id: user.clientId.toString('utf8'),
    name: user.name.toString('utf8'),
    createdAt: user.createdAt.getTime(),
    autoCreatedAt: user.autoCreatedAt?.getTime() ?? null,
    attendance: attendance.map(({ day, first, last }) => ({ day, first: first.getTime(), last: last.getTime() })),
    faces: faces.map(({ embedding, createdAt, ...face }) => ({
      ...face,
      embedding: embeddingToBlob(fromVectorBytes(embedding)).toString('base64'),
      createdAt: createdAt.getTime(),
    })),
  };
  await run(
    `INSERT INTO recycled (collection_id, client_id, token, erase_at, object_keys, data) VALUES ($1, $2, $3, $4, $5, $6)`,
    [
      collectionId,
      user.clientId,
      token,
      eraseAt,
      faces.flatMap(({ objectKey }) => objectKey ?? []),
      bytes(JSON.stringify(kept)),
    ],
  );
}

/** Who is put aside under a token and not erased yet. No other transaction takes them meanwhile. */
export async function recycledOf(run: RunQuery, collectionId: number, token: string): Promise<RecycledRow[]> {
  const rows = await run<{ recycledId: number; data: Buffer }>(
    `SELECT recycled_id AS "recycledId", data FROM recycled
     WHERE collection_id = $1 AND token = $2 AND erase_at > $3 ORDER BY recycled_id FOR UPDATE`,
    [collectionId, token, new Date()],
  );
  return rows.map(({ recycledId, data }) => ({ recycledId, user: JSON.parse(data.toString('utf8')) as RecycledUser }));
}

/** Erases who is put aside in a collection. @param userId only under this id */
export async function eraseRecycledOf(
  run: RunQuery,
  { tenant, collection }: CollectionRef,
  userId?: string,
): Promise<void> {
  await eraseRecycled(
    run,
    `collection_id = (SELECT c.collection_id FROM collections c JOIN tenants t USING (tenant_id)
       WHERE t.name_hash = sha256($1) AND c.name_hash = sha256($2)) AND client_id = coalesce($3::bytea, client_id)`,
    [bytes(tenant), bytes(collection), userId === undefined ? null : bytes(userId)],
  );
}

/** Erases who was put aside until before a time. @returns how many */
export function eraseRecycledBefore(run: RunQuery, before: Date): Promise<number> {
  return eraseRecycled(run, 'erase_at <= $1', [before]);
}

/** @param where condition on the rows, with its values */
async function eraseRecycled(run: RunQuery, where: string, values: readonly unknown[]): Promise<number> {
  const gone = await run<{ objectKeys: string[] }>(
    `DELETE FROM recycled WHERE ${where} RETURNING object_keys AS "objectKeys"`,
    values,
  );
  const keys = gone.flatMap(({ objectKeys }) => objectKeys);
  if (keys.length > 0)
    await run('INSERT INTO pending_object_deletions (object_key) SELECT unnest($1::text[]) ON CONFLICT DO NOTHING', [
      keys,
    ]);
  return gone.length;
}
