import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, expect, onTestFinished, test } from 'vitest';
import { moveRows } from '../../../src/cli/database-migration/move-rows.js';
import { PostgresSide } from '../../../src/cli/database-migration/postgres-side.js';
import type { Side } from '../../../src/cli/database-migration/side.js';
import { SqliteSide } from '../../../src/cli/database-migration/sqlite-side.js';
import { tables } from '../../../src/cli/database-migration/tables.js';
import { DataKey } from '../../../src/persistence/encryption/data-key.js';
import { vectorTypeChange } from '../../../src/persistence/people/postgres/migrations.js';
import type { PostgresStore } from '../../../src/persistence/people/postgres/postgres-store.js';
import { SqliteStore } from '../../../src/persistence/people/sqlite/sqlite-store.js';
import { Database } from '../../../src/persistence/sqlite.js';
import { pendingKeys } from '../../persistence/pending-keys.js';
import { temporaryFolder } from '../../persistence/temporary-folder.js';
import { useTestDatabase } from '../../support/test-database.js';
import { contentOf, fullFolder, staff, strange } from './move-fixture.js';

const database = useTestDatabase();
const PEOPLE = 60;
let folder: string;
let back: string;

beforeEach(async () => {
  await database().clear();
  folder = join(await temporaryFolder(), 'data');
  back = join(await temporaryFolder(), 'back');
});

async function postgres<T>(role: 'source' | 'target', work: (side: PostgresSide) => Promise<T>): Promise<T> {
  return withSide(await PostgresSide.open(database().url, role), work);
}

/** What a server does that is stopped then: none may be connected while something is moved. */
async function asServer<T>(work: (store: PostgresStore) => Promise<T>): Promise<T> {
  const store = database().store();
  try {
    return await work(store);
  } finally {
    await store.close();
  }
}

async function withSide<S extends Side, T>(side: S, work: (side: S) => Promise<T>): Promise<T> {
  try {
    return await work(side);
  } finally {
    await side.close();
  }
}

const source = (key?: DataKey, place = folder) => SqliteSide.openSource(place, key);
const target = (key?: DataKey, place = back) => SqliteSide.openTarget(place, key);

/** From the folder into PostgreSQL. */
const moveThere = (key?: DataKey) => withSide(source(key), (from) => postgres('target', (to) => moveRows(from, to)));

/** From PostgreSQL into the other folder. */
const moveBack = (key?: DataKey) => postgres('source', (from) => withSide(target(key), (to) => moveRows(from, to)));

const key = new DataKey(Buffer.alloc(32, 9));
const other = new DataKey(Buffer.alloc(32, 10));

test.each([
  ['plain', undefined, undefined],
  ['out of an encrypted database into one with another key', key, other],
])('a move there and back changes no bit and no number: %s', async (_name, from, to) => {
  await fullFolder(folder, PEOPLE, from);
  const before = await withSide(source(from), contentOf);
  expect(before).toMatchObject({
    tenants: { rows: 2 },
    api_keys: { rows: 2 },
    collections: { rows: 2, last: 3 },
    users: { rows: PEOPLE + 5 },
    staged_embeddings: { rows: 9 },
    cohorts: { rows: 1 },
    cohort_members: { rows: 11 },
    scales: { rows: 2 },
    pending_object_deletions: { rows: 1 },
  });
  const bytes = await readFile(join(folder, 'facesearch.sqlite'));
  const seen: number[] = [];
  const moved = await withSide(source(from), (side) =>
    postgres('target', (into) => moveRows(side, into, { onProgress: (done, total) => seen.push(done / total) })),
  );
  expect(moved.wasDone).toBe(false);
  expect(seen.at(-1)).toBe(1);
  expect((await readFile(join(folder, 'facesearch.sqlite'))).equals(bytes)).toBe(true);
  expect(await postgres('source', contentOf)).toEqual(before);
  await moveBack(to);
  expect(await withSide(source(to, back), contentOf)).toEqual(before);
  if (to) expect((await readFile(join(back, 'facesearch.sqlite'))).includes('Person 1')).toBe(false);
});

test('stores on both sides answer the same, and number on', async () => {
  await fullFolder(folder, PEOPLE);
  await moveThere();
  const sqlite = await SqliteStore.open(join(folder, 'facesearch.sqlite'));
  const pg = database().store();
  onTestFinished(async () => {
    await sqlite.close();
    await pg.close();
  });
  await pg.migrate();
  for (const ask of [
    (store: typeof sqlite | typeof pg) => store.listKeys(),
    (store: typeof sqlite | typeof pg) => store.listCollections(),
    (store: typeof sqlite | typeof pg) => store.listUsers(staff),
    (store: typeof sqlite | typeof pg) => store.listUsers(strange),
    (store: typeof sqlite | typeof pg) => store.facesOfUser(staff, 'id-8'),
    (store: typeof sqlite | typeof pg) => store.countPeople(staff.tenant),
    (store: typeof sqlite | typeof pg) => pendingKeys(store),
    (store: typeof sqlite | typeof pg) => store.staged.count('m3'),
    (store: typeof sqlite | typeof pg) => store.listAutoCreatedBefore(new Date(Date.now() + 1000)),
  ])
    expect(await ask(pg)).toEqual(await ask(sqlite));
  const added = { id: 'new', name: '' };
  const face = { embedding: (await facesOf(sqlite))[0] ?? new Float32Array(512), model: 'm1' };
  expect(await pg.addUserWithFace({ ...staff, collection: 'new' }, added, face)).toEqual(
    await sqlite.addUserWithFace({ ...staff, collection: 'new' }, added, face),
  );
  const graph = await database().query("SELECT count(*)::int AS graphs FROM pg_indexes WHERE indexdef LIKE '%hnsw%'");
  expect(graph).toEqual([{ graphs: 17 }]);
});

async function facesOf(store: SqliteStore): Promise<Float32Array[]> {
  const found = await store.findCollection(staff);
  const faces: Float32Array[] = [];
  for await (const page of store.facesOf(found?.collectionId ?? 0, 'm1'))
    faces.push(...page.map((one) => one.embedding));
  return faces;
}

test('a move that has been done is found to be done', async () => {
  await fullFolder(folder, 10);
  await moveThere();
  expect((await moveThere()).wasDone).toBe(true);
  await moveBack();
  expect((await moveBack()).wasDone).toBe(true);
});

test('a target that holds anything else is refused and left as it is', async () => {
  await fullFolder(folder, 10);
  await asServer((pg) => pg.saveUser(staff, { id: 'u', name: 'Somebody' }));
  await expect(moveThere()).rejects.toThrow('is not empty');
  expect(await asServer((pg) => pg.listUsers(staff))).toEqual([{ id: 'u', name: 'Somebody' }]);
  await asServer((pg) => pg.migrate());
  await fullFolder(back, 3);
  await expect(moveBack()).rejects.toThrow('is not empty');
  expect((await withSide(source(undefined, back), contentOf)).users?.rows).toBe(8);
});

test('embeddings of 16 bits are moved as what they stand for, and nothing is moved into such', async () => {
  await fullFolder(folder, 10);
  await moveThere();
  await database().query(vectorTypeChange('halfvec'));
  onTestFinished(async () => {
    await database().query(vectorTypeChange('vector'));
  });
  const moved = await moveBack();
  const embeddings = { source: await embeddingsIn(folder), target: await embeddingsIn(back) };
  expect(embeddings.target).not.toEqual(embeddings.source);
  for (const [i, x] of embeddings.source.entries()) expect(embeddings.target[i]).toBeCloseTo(x, 3);
  expect(moved.comparisons.map(({ differences }) => differences)).toEqual(tables.map(() => 0));
  await database().clear();
  await expect(moveThere()).rejects.toThrow('keeps embeddings as halfvec');
});

/** The numbers of all faces of one model, one after the other. */
async function embeddingsIn(place: string): Promise<number[]> {
  const sqlite = await SqliteStore.open(join(place, 'facesearch.sqlite'));
  try {
    return (await facesOf(sqlite)).flatMap((one) => [...one]);
  } finally {
    await sqlite.close();
  }
}

test('as long as a move is not finished no server takes its target, nor does a move from elsewhere', async () => {
  await fullFolder(folder, 10);
  await postgres('target', (side) => side.begin('SQLite in another place'));
  await expect(asServer((pg) => pg.migrate())).rejects.toThrow('a move that is not finished');
  await expect(moveThere()).rejects.toThrow('is not empty');
  await expect(moveBack()).rejects.toThrow('not finished');
  await database().query('DROP TABLE unfinished_move');
});

test('a source that changes after a part of it was moved is told', async () => {
  await fullFolder(folder, 10);
  await withSide(source(), (side) => postgres('target', (to) => moveTenants(side, to)));
  const db = new Database(join(folder, 'facesearch.sqlite'));
  db.exec("UPDATE tenants SET name = 'renamed' WHERE tenant_id = 1");
  db.close();
  await expect(moveThere()).rejects.toThrow(/1 rows of PostgreSQL.*\ntenants 1: different in the target\n/s);
  await database().query('DROP TABLE unfinished_move');
});

/** What a move has done that was killed after its first table. */
async function moveTenants(from: SqliteSide, to: PostgresSide): Promise<void> {
  await to.begin(from.name);
  const [first] = tables;
  if (first) await to.insert(first, await from.page(first, undefined, 10));
}
