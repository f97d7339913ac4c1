import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { DataKey } from '../../../../src/persistence/encryption/data-key.js';
import { embeddingToBlob } from '../../../../src/persistence/encryption/embedding-blob.js';
import { SqliteStore } from '../../../../src/persistence/people/sqlite/sqlite-store.js';
import { RandomVectors } from '../../../vector-index/random-vectors.js';
import { anna, ben, describeStore, staff } from '../../describe-store.js';
import { temporaryFolder } from '../../temporary-folder.js';

const kinds = [
  ['plain', undefined],
  ['encrypted', new DataKey(randomBytes(32))],
] as const;

for (const [kind, dataKey] of kinds) {
  describeStore(`SQLite, ${kind}`, async () => {
    const file = join(await temporaryFolder(), 'facesearch.db');
    return () => SqliteStore.open(file, { dataKey });
  });
}

test.each(kinds)('deleted embeddings and names are overwritten in the file: %s', async (_kind, dataKey) => {
  const file = join(await temporaryFolder(), 'facesearch.db');
  const store = await SqliteStore.open(file, { dataKey });
  const random = new RandomVectors(7);
  const [deleted, kept] = [random.unit(512), random.unit(512)];
  await store.addUserWithFace(staff, { ...anna, name: 'Somebody To Forget' }, { embedding: deleted, model: 'm1' });
  await store.addUserWithFace(staff, ben, { embedding: kept, model: 'm1' });
  await store.deleteUser(staff, 'a1');
  await store.close();
  const bytes = await readFile(file);
  expect(bytes.includes(embeddingToBlob(kept))).toBe(dataKey === undefined);
  expect(bytes.includes(embeddingToBlob(deleted).subarray(0, 64))).toBe(false);
  expect(bytes.includes('Somebody To Forget')).toBe(false);
});
