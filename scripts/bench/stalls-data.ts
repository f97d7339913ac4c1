import { EMBEDDING_LENGTH } from '../../src/core/embedding.js';
import { unitVector } from '../../src/core/unit-vector.js';
import { embeddingToBlob } from '../../src/persistence/encryption/embedding-blob.js';
import { openDatabase } from '../../src/persistence/people/sqlite/sqlite-database.js';
import { OTHER_TENANT, TENANT } from './bench-server.js';

/** Collection of the tenant `bench` that is deleted under load; the others are in its default collection. */
export const LARGE = 'large';

/** Share of the faces and users in it. */
const LARGE_SHARE = 0.3;

/** Users whose time is over. */
const EXPIRED = 2000;

const pool = Array.from({ length: 1000 }, () =>
  Float32Array.from({ length: EMBEDDING_LENGTH }, () => Math.random() - 0.5),
);

/** Cheap, and no two alike: the mean of two of a thousand. */
export function randomUnit(): Float32Array {
  const pick = () => pool[Math.floor(Math.random() * pool.length)] as Float32Array;
  const [a, b] = [pick(), pick()];
  return unitVector(a.map((value, i) => value + (b[i] as number) / 3));
}

export interface StallsData {
  faces: number;
  users: number;
  model: string;
  /** Users of the other tenant, with a face each. */
  others: number;
}

/** Writes rows as the server would, without waiting for the disk. */
export function fillDatabase(file: string, { faces, users, model, others }: StallsData): void {
  const db = openDatabase(file);
  db.pragma('synchronous = OFF');
  const run = (sql: string) => db.prepare<unknown[], number>(sql).pluck();
  const addTenant = run('INSERT INTO tenants (name) VALUES (?) RETURNING tenant_id');
  const addCollection = run(
    'INSERT INTO collections (tenant_id, name, created_at) VALUES (?, ?, 0) RETURNING collection_id',
  );
  const addUser = run(
    'INSERT INTO users (collection_id, client_id, name, created_at, enrolled_at) VALUES (?, ?, ?, 0, ?) RETURNING user_id',
  );
  const addFace = run(
    'INSERT INTO faces (collection_id, user_id, model, embedding, created_at) VALUES (?, ?, ?, ?, 0) RETURNING face_id',
  );
  const fill = (collectionId: number, prefix: string, userCount: number, faceCount: number, expired: number) => {
    const add = db.transaction((from: number, to: number) => {
      for (let i = from; i < to; i++) {
        const userId = addUser.get(collectionId, `${prefix}-${i}`, `Name of ${i}`, userCount - i <= expired ? 1 : null);
        const end = Math.floor(((i + 1) * faceCount) / userCount);
        for (let face = Math.floor((i * faceCount) / userCount); face < end; face++)
          addFace.get(collectionId, userId, model, embeddingToBlob(randomUnit()));
      }
    });
    for (let i = 0; i < userCount; i += 1000) add(i, Math.min(userCount, i + 1000));
  };
  const tenantId = addTenant.get(TENANT);
  const large = [Math.round(users * LARGE_SHARE), Math.round(faces * LARGE_SHARE)] as const;
  fill(addCollection.get(tenantId, '') ?? 0, 'user', users - large[0], faces - large[1], EXPIRED);
  fill(addCollection.get(tenantId, LARGE) ?? 0, 'large', ...large, 0);
  fill(addCollection.get(addTenant.get(OTHER_TENANT), '') ?? 0, 'other', others, others, 0);
  db.close();
}
