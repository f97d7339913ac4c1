import { copyFileSync, renameSync, statSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, expect, onTestFinished, test } from 'vitest';
import { openDatabase } from '../../src/persistence/people/sqlite/sqlite-database.js';
import { SqliteStore } from '../../src/persistence/people/sqlite/sqlite-store.js';
import { Database } from '../../src/persistence/sqlite.js';
import { asStoreError, type StoreError } from '../../src/persistence/store-error.js';
import { damageTable, PAGE } from '../support/damage.js';
import { RandomVectors } from '../vector-index/random-vectors.js';
import { temporaryFolder } from './temporary-folder.js';

const staff = { tenant: 'acme', collection: 'staff' };

let file: string;
let random: RandomVectors;
const face = () => ({ embedding: random.unit(512), model: 'm1' });

beforeEach(async () => {
  file = join(await temporaryFolder(), 'facesearch.db');
  random = new RandomVectors(11);
});

async function opened(path = file): Promise<SqliteStore> {
  const store = await SqliteStore.open(path);
  onTestFinished(() => store.close());
  return store;
}

async function facesIn(store: SqliteStore): Promise<number> {
  const [collection] = await store.listCollections();
  let faces = 0;
  for await (const page of store.facesOf(collection?.collectionId ?? 0, 'm1')) faces += page.length;
  return faces;
}

test('a full database refuses writes as a whole, keeps reading, and needs only free space', async () => {
  const db = openDatabase(file);
  const store = SqliteStore.over(db);
  onTestFinished(() => store.close());
  await store.saveUser(staff, { id: 'a1', name: 'Anna' });
  const pages = Number(db.pragma('page_count', { simple: true }));
  db.pragma(`max_page_count = ${pages + 4}`);
  let added = 0;
  const fill = async () => {
    for (; ; added++) await store.addUserWithFace(staff, { id: `u${added}`, name: 'x'.repeat(500) }, face());
  };
  await expect(fill()).rejects.toMatchObject({ trouble: 'full', message: expect.stringContaining('the disk is full') });
  expect(added).toBeGreaterThan(0);
  expect(await store.listUsers(staff)).toHaveLength(added + 1);
  expect(await facesIn(store)).toBe(added);
  await store.ping();
  db.pragma(`max_page_count = ${pages + 100}`);
  await store.addUserWithFace(staff, { id: 'late', name: '' }, face());
  expect(await facesIn(store)).toBe(added + 1);
});

test('damage that is met while running is reported, stops writes, and leaves the rest readable', async () => {
  const first = await opened();
  for (let i = 0; i < 50; i++) await first.addUserWithFace(staff, { id: `u${i}`, name: '' }, face());
  await first.close();
  damageTable(file, 'faces');
  const store = await opened();
  await store.saveUser(staff, { id: 'before', name: '' });
  await expect(facesIn(store)).rejects.toMatchObject({ trouble: 'damaged' });
  await expect(facesIn(store)).rejects.toThrow(
    `The database ${file}: the file is damaged; stop the server and restore`,
  );
  await expect(store.saveUser(staff, { id: 'after', name: '' })).rejects.toMatchObject({ trouble: 'damaged' });
  await expect(store.ping()).rejects.toMatchObject({ trouble: 'damaged' });
  const users = await store.listUsers(staff);
  expect(users).toHaveLength(51);
  expect(users.at(-1)?.id).toBe('before');
});

test('a file that was moved away or replaced takes no writes, and takes them again when it is back', async () => {
  const store = await opened();
  await store.saveUser(staff, { id: 'before', name: '' });
  renameSync(file, `${file}.away`);
  const removed = { trouble: 'no-file', message: expect.stringContaining('removed or replaced') };
  await expect(store.saveUser(staff, { id: 'lost', name: '' })).rejects.toMatchObject(removed);
  await expect(store.ping()).rejects.toMatchObject(removed);
  copyFileSync(`${file}.away`, file);
  await expect(store.saveUser(staff, { id: 'lost', name: '' })).rejects.toMatchObject(removed);
  renameSync(`${file}.away`, file);
  await store.saveUser(staff, { id: 'after', name: '' });
  expect((await store.listUsers(staff)).map(({ id }) => id)).toEqual(['before', 'after']);
});

test('an embedding that the disk changed is damage too', async () => {
  const first = await opened();
  await first.addUserWithFace(staff, { id: 'u', name: '' }, face());
  await first.close();
  const db = new Database(file);
  db.exec('UPDATE faces SET embedding = zeroblob(2048)');
  db.close();
  const store = await opened();
  await expect(facesIn(store)).rejects.toMatchObject({ trouble: 'damaged' });
});

test('a log whose end is torn gives back every transaction before it, whole', async () => {
  const store = await opened();
  for (let i = 0; i < 20; i++) await store.addUserWithFace(staff, { id: `u${i}`, name: 'n'.repeat(200) }, face());
  const end = statSync(`${file}-wal`).size;
  for (const [round, missing] of [100, PAGE, 3 * PAGE, end / 2, end - 40].entries()) {
    const copy = `${file}.${round}`;
    copyFileSync(file, copy);
    copyFileSync(`${file}-wal`, `${copy}-wal`);
    truncateSync(`${copy}-wal`, end - Math.floor(missing));
    const recovered = await opened(copy);
    const users = await recovered.listUsers(staff);
    expect(users.length).toBeLessThan(20);
    expect(users.map(({ id }) => id)).toEqual(users.map((_, i) => `u${i}`));
    expect(await facesIn(recovered)).toBe(users.length);
    await recovered.addUserWithFace(staff, { id: 'late', name: '' }, face());
  }
});

test.each([
  ['SQLITE_FULL', 'full'],
  ['ENOSPC', 'full'],
  ['EDQUOT', 'full'],
  ['SQLITE_READONLY_DBMOVED', 'read-only'],
  ['EROFS', 'read-only'],
  ['SQLITE_CORRUPT_INDEX', 'damaged'],
  ['SQLITE_BUSY_SNAPSHOT', 'busy'],
  ['SQLITE_IOERR_FSYNC', 'failed'],
  ['EIO', 'failed'],
])('%s means %s, and the operator is told in words', (code, trouble) => {
  const error = asStoreError(Object.assign(new Error('raw'), { code }), 'The file x');
  expect(error).toMatchObject({ trouble });
  expect((error as StoreError).message).toMatch(new RegExp(`^The file x: [a-z ].{20,} \\(${code}\\)$`));
  expect((error as StoreError).message).not.toContain('raw');
});

test('an error that is not of the disk stays what it is', () => {
  for (const error of [new RangeError('r'), Object.assign(new Error('c'), { code: 'SQLITE_CONSTRAINT_UNIQUE' })]) {
    expect(asStoreError(error, 'x')).toBe(error);
  }
});
