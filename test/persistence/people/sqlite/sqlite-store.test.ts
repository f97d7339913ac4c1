import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { DataKey } from '../../../../src/persistence/encryption/data-key.js';
import { embeddingToBlob } from '../../../../src/persistence/encryption/embedding-blob.js';
import type { StoredFace } from '../../../../src/persistence/people/people-store.js';
import { SqliteStore } from '../../../../src/persistence/people/sqlite/sqlite-store.js';
import { RandomVectors } from '../../../vector-index/random-vectors.js';
import { describeAttendance } from '../../describe-attendance.js';
import { describeScales } from '../../describe-scales.js';
import { describeStaged } from '../../describe-staged.js';
import { anna, ben, describeStore, staff } from '../../describe-store.js';
import { describeTemplates } from '../../describe-templates.js';
import { describeUserPages } from '../../describe-user-pages.js';
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
  describeAttendance(`SQLite, ${kind}`, async () =>
    SqliteStore.open(join(await temporaryFolder(), 'facesearch.db'), { dataKey }),
  );
  describeScales(`SQLite, ${kind}`, async () =>
    SqliteStore.open(join(await temporaryFolder(), 'facesearch.db'), { dataKey }),
  );
  describeStaged(`SQLite, ${kind}`, async () =>
    SqliteStore.open(join(await temporaryFolder(), 'facesearch.db'), { dataKey }),
  );
  describeUserPages(`SQLite, ${kind}`, async () =>
    SqliteStore.open(join(await temporaryFolder(), 'facesearch.db'), { dataKey }),
  );
  describeTemplates(`SQLite, ${kind}`, async () => {
    const store = await SqliteStore.open(join(await temporaryFolder(), 'facesearch.db'), { dataKey });
    const idsOf = (faces: readonly StoredFace[]) => faces.map(({ faceId }) => faceId);
    return { store, search: (faces, of, probe) => store.ownersOf(idsOf(faces), of, probe) };
  });
}

test('faces come in pages of rising ids, by model', async () => {
  const store = await SqliteStore.open(join(await temporaryFolder(), 'facesearch.db'));
  expect(await store.findCollection(staff)).toBeUndefined();
  await store.saveUser(staff, anna);
  const random = new RandomVectors(7);
  for (let i = 0; i < 1100; i++)
    await store.addFace(staff, 'a1', { embedding: random.unit(512), model: i % 11 === 0 ? 'm2' : 'm1' });
  const { collectionId = 0 } = (await store.findCollection(staff)) ?? {};
  const idsOf = async (model: string) => {
    const ids: number[] = [];
    for await (const page of store.facesOf(collectionId, model)) ids.push(...page.map(({ faceId }) => faceId));
    return ids;
  };
  const ids = await idsOf('m1');
  expect(ids).toHaveLength(1000);
  expect(ids).toEqual([...ids].sort((a, b) => a - b));
  expect(await store.faceIdsOf(collectionId, 'm1')).toEqual(Float64Array.from(ids));
  expect(await idsOf('m2')).toHaveLength(100);
  expect(await store.countFacesByModel()).toEqual(
    new Map([
      ['m1', 1000],
      ['m2', 100],
    ]),
  );
  await store.close();
});

test.each(kinds)('deleted embeddings, templates and names are overwritten in the file: %s', async (_kind, dataKey) => {
  const file = join(await temporaryFolder(), 'facesearch.db');
  const store = await SqliteStore.open(file, { dataKey });
  const random = new RandomVectors(7);
  const [deleted, kept, mean] = [random.unit(512), random.unit(512), random.unit(512)];
  const forgotten = { ...anna, name: 'Somebody To Forget' };
  const { faceId, ...person } = await store.addUserWithFace(staff, forgotten, { embedding: deleted, model: 'm1' });
  const template = { cohort: 'c1', mus: new Map([[faceId, 0.5]]), mean: { embedding: mean, mu: 0.25 } };
  expect(await store.saveTemplates([{ ...person, template }], 'm1')).toBe(1);
  if (dataKey) expect((await readFile(file)).includes(embeddingToBlob(mean).subarray(0, 64))).toBe(false);
  await store.addUserWithFace(staff, ben, { embedding: kept, model: 'm1' });
  await store.deleteUser(staff, 'a1');
  await store.close();
  const bytes = await readFile(file);
  expect(bytes.includes(embeddingToBlob(kept))).toBe(dataKey === undefined);
  expect(bytes.includes(embeddingToBlob(deleted).subarray(0, 64))).toBe(false);
  expect(bytes.includes(embeddingToBlob(mean).subarray(0, 64))).toBe(false);
  expect(bytes.includes('Somebody To Forget')).toBe(false);
});
