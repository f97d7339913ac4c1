import { randomBytes } from 'node:crypto';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import { DataKey } from '../../../src/persistence/encryption/data-key.js';
import { embeddingToBlob } from '../../../src/persistence/encryption/embedding-blob.js';
import type { StoredEmbedding } from '../../../src/persistence/people/embedding-store.js';
import { migrations } from '../../../src/persistence/people/sqlite/migrations.js';
import { openDatabase } from '../../../src/persistence/people/sqlite/sqlite-database.js';
import { SqliteStore } from '../../../src/persistence/people/sqlite/sqlite-store.js';
import { EncryptedObjectStore } from '../../../src/persistence/photos/encrypted-object-store.js';
import { FolderObjectStore } from '../../../src/persistence/photos/folder-object-store.js';
import { Database } from '../../../src/persistence/sqlite.js';
import { RandomVectors } from '../../vector-index/random-vectors.js';
import { ownerOf } from '../owner-of.js';
import { temporaryFolder } from '../temporary-folder.js';

const key = new DataKey(randomBytes(32));
const otherKey = new DataKey(randomBytes(32));
const staff = { tenant: 'acme', collection: 'staff' };
const anna = { id: '001 203 004 567', name: 'Anna Encrypted' };
const ben = { id: 'Ben’s id is long too', name: 'Benjamin Number-Two' };

let folder: string;
let file: string;
let random: RandomVectors;

beforeEach(async () => {
  folder = await temporaryFolder();
  file = join(folder, 'facesearch.sqlite');
  random = new RandomVectors(7);
});

/** A closed store with two users, one face each. */
async function makeStore(withKey: DataKey | undefined) {
  const store = await SqliteStore.open(file, { dataKey: withKey });
  const embeddings = [random.unit(512), random.unit(512)] as const;
  const first = await store.addUserWithFace(staff, anna, { embedding: embeddings[0], model: 'm1' });
  const second = await store.addUserWithFace(staff, ben, { embedding: embeddings[1], model: 'm1' });
  await store.close();
  return { embeddings, collectionId: first.collectionId, faceIds: [first.faceId, second.faceId] as const };
}

async function facesIn(store: SqliteStore, collectionId: number): Promise<StoredEmbedding[]> {
  const all: StoredEmbedding[] = [];
  for await (const page of store.facesOf(collectionId, 'm1')) all.push(...page);
  return all;
}

function edit(sql: string): void {
  const db = new Database(file);
  db.exec(sql);
  db.close();
}

test('a store with a key answers as one without', async () => {
  const { embeddings, collectionId, faceIds } = await makeStore(key);
  const store = await SqliteStore.open(file, { dataKey: key });
  expect(await store.listUsers(staff)).toEqual([anna, ben]);
  expect(await store.findUser(staff, ben.id)).toEqual(ben);
  expect(await store.findUser(staff, 'nobody')).toBeUndefined();
  expect(await ownerOf(store, faceIds[1])).toEqual(ben);
  expect(await facesIn(store, collectionId)).toEqual([
    { faceId: faceIds[0], embedding: embeddings[0] },
    { faceId: faceIds[1], embedding: embeddings[1] },
  ]);
  await store.saveUser(staff, { ...anna, name: 'Anne' });
  expect(await store.listUsers(staff)).toEqual([{ ...anna, name: 'Anne' }, ben]);
  expect((await store.deleteFaces(staff, ben.id))?.faceIds).toEqual([faceIds[1]]);
  expect((await store.deleteUser(staff, anna.id))?.faceIds).toEqual([faceIds[0]]);
  expect(await store.listUsers(staff)).toEqual([ben]);
  await store.close();
});

test('ids, names and embeddings lie on the disk only where there is no key', async () => {
  for (const withKey of [undefined, key]) {
    folder = await temporaryFolder();
    file = join(folder, 'facesearch.sqlite');
    const { embeddings } = await makeStore(withKey);
    const open = await SqliteStore.open(file, { dataKey: withKey });
    await open.saveUser(staff, { id: 'another id', name: 'Another Name' });
    const texts = [anna.id, anna.name, ben.id, ben.name, 'another id', 'Another Name'];
    const numbers = embeddings.map((embedding) => embeddingToBlob(embedding).subarray(100, 132));
    const secrets = [...texts.map((text) => Buffer.from(text)), ...numbers];
    const files = await Promise.all((await readdir(folder)).map((name) => readFile(join(folder, name))));
    expect(files.length).toBeGreaterThan(1);
    for (const secret of secrets) expect(files.some((bytes) => bytes.includes(secret))).toBe(withKey === undefined);
    await open.close();
  }
});

test('the same id looks different in two collections', async () => {
  const store = await SqliteStore.open(file, { dataKey: key });
  await store.saveUser(staff, anna);
  await store.saveUser({ tenant: 'acme', collection: 'guests' }, anna);
  await store.close();
  const db = new Database(file);
  const ids = db.prepare('SELECT client_id FROM users').pluck().all();
  db.close();
  expect(new Set(ids).size).toBe(2);
});

test.each([
  ['without its key', key, undefined, new RegExp(`encrypted with the data key ${key.id}; set DATA_KEY`)],
  [
    'with another key',
    key,
    otherKey,
    new RegExp(`the data key ${key.id}, and the one given is another, ${otherKey.id}`),
  ],
  ['with a key where it is plain', undefined, key, /not encrypted, but there is a data key; .* data-key encrypt/],
])('a store %s is refused and left as it is', async (_name, made, opened, message) => {
  await makeStore(made);
  edit('PRAGMA journal_mode = DELETE');
  const before = await readFile(file);
  await expect(SqliteStore.open(file, { dataKey: opened })).rejects.toThrow(message);
  expect((await readFile(file)).equals(before)).toBe(true);
  expect(await readdir(folder)).toEqual(['facesearch.sqlite']);
});

test('a store whose key is being changed is refused with every key', async () => {
  await makeStore(key);
  edit(`UPDATE data_key SET next_key_id = '${otherKey.id}'`);
  for (const each of [key, otherKey, undefined]) {
    await expect(SqliteStore.open(file, { dataKey: each })).rejects.toThrow(
      'a change of its data key was not finished',
    );
  }
});

test('a store that never had a user takes the first key it is given, and no other', async () => {
  await (await SqliteStore.open(file)).close();
  await (await SqliteStore.open(file, { dataKey: key })).close();
  await expect(SqliteStore.open(file, { dataKey: otherKey })).rejects.toThrow('is another');
  await expect(SqliteStore.open(file)).rejects.toThrow('set DATA_KEY');
});

test('a store whose users were all deleted takes no key by itself', async () => {
  await makeStore(undefined);
  const store = await SqliteStore.open(file);
  await store.deleteCollection(staff);
  await store.close();
  await expect(SqliteStore.open(file, { dataKey: key })).rejects.toThrow('not encrypted');
});

test('API keys work whatever the data key is, and take none', async () => {
  await (await SqliteStore.open(file, { dataKey: key })).close();
  const keys = SqliteStore.over(openDatabase(file, 'no people'));
  await keys.addKey({
    tenant: 'acme',
    sha256: randomBytes(32),
    label: 'a',
    permissions: ['search'],
    expiresAt: undefined,
  });
  expect(await keys.listKeys()).toHaveLength(1);
  await keys.close();
  const store = await SqliteStore.open(file, { dataKey: key });
  expect(await store.listKeys()).toHaveLength(1);
  await store.close();
});

test('an encrypted value that is moved, changed or made plain is refused', async () => {
  const { collectionId, faceIds } = await makeStore(key);
  const swap = (table: string, column: string, id: string) =>
    `UPDATE ${table} SET ${column} = (SELECT ${column} FROM ${table} WHERE ${id} = 2) WHERE ${id} = 1;`;
  const cases = [
    swap('users', 'sealed', 'user_id'),
    `UPDATE users SET sealed = NULL, client_id = 'plain', name = 'plain' WHERE user_id = 1`,
    `UPDATE users SET sealed = substr(sealed, 1, length(sealed) - 1) WHERE user_id = 1`,
    `UPDATE users SET user_id = 9 WHERE user_id = 1`,
    `UPDATE users SET client_id = 'another hash' WHERE user_id = 1`,
    swap('faces', 'embedding', 'face_id'),
    `UPDATE faces SET embedding = zeroblob(2048) WHERE face_id = 1`,
    `UPDATE faces SET user_id = 2 WHERE face_id = 1`,
  ];
  const before = await readFile(file);
  for (const sql of cases) {
    edit(`PRAGMA foreign_keys = OFF; ${sql}`);
    const store = await SqliteStore.open(file, { dataKey: key });
    const readAll = async () => {
      await store.listUsers(staff);
      await facesIn(store, collectionId);
    };
    await expect(readAll(), sql).rejects.toThrow(/^Cannot decrypt (user|face of user)\//);
    await store.close();
    await writeFile(file, before);
  }
  const store = await SqliteStore.open(file, { dataKey: key });
  expect(await ownerOf(store, faceIds[0])).toEqual(anna);
  await store.close();
});

test('nothing is added to a user who was put under the id of another', async () => {
  await makeStore(key);
  edit(`CREATE TEMP TABLE ids AS SELECT user_id, client_id FROM users;
    UPDATE users SET client_id = user_id;
    UPDATE users SET client_id = (SELECT ids.client_id FROM ids WHERE ids.user_id = 3 - users.user_id);`);
  const store = await SqliteStore.open(file, { dataKey: key });
  const added = store.addFace(staff, anna.id, { embedding: random.unit(512), model: 'm1' });
  await expect(added).rejects.toThrow('Cannot decrypt user/2');
  await expect(store.findUser(staff, anna.id)).rejects.toThrow('Cannot decrypt user/2');
  await store.close();
});

test('a database of the first version keeps its faces, and never uses their numbers again', async () => {
  const db = new Database(file);
  db.pragma(`application_id = ${0x46537276}`);
  db.exec(migrations[0] as string);
  db.pragma('user_version = 1');
  const blob = embeddingToBlob(random.unit(512));
  db.exec(`INSERT INTO tenants VALUES (1, 'acme'); INSERT INTO collections VALUES (1, 1, 'staff', 0);
    INSERT INTO users VALUES (1, 1, 'a', 'A', 0);`);
  const add = db.prepare(
    'INSERT INTO faces (collection_id, user_id, model, embedding, created_at) VALUES (1, 1, ?, ?, 0)',
  );
  for (let i = 0; i < 5; i++) add.run('m1', blob);
  db.exec('DELETE FROM faces WHERE face_id > 2');
  db.close();

  await expect(SqliteStore.open(file, { dataKey: key })).rejects.toThrow('not encrypted');
  const store = await SqliteStore.open(file);
  expect((await facesIn(store, 1)).map(({ faceId }) => faceId)).toEqual([1, 2]);
  expect((await store.addFace(staff, 'a', { embedding: random.unit(512), model: 'm1' }))?.faceId).toBe(6);
  expect((await store.deleteUser(staff, 'a'))?.faceIds).toEqual([1, 2, 6]);
  await store.close();
});

test('photos are encrypted, and bound to their keys', async () => {
  const photos = await FolderObjectStore.open(join(folder, 'photos'));
  const encrypted = new EncryptedObjectStore(photos, key);
  const photo = randomBytes(10_000);
  await encrypted.put('faces/1', photo);
  expect(await encrypted.get('faces/1')).toEqual(photo);
  expect((await photos.get('faces/1'))?.includes(photo.subarray(0, 16))).toBe(false);
  await photos.put('faces/2', (await photos.get('faces/1')) as Buffer);
  await expect(encrypted.get('faces/2')).rejects.toThrow('Cannot decrypt photo/faces/2');
  await photos.put('faces/3', photo);
  await expect(encrypted.get('faces/3')).rejects.toThrow('it is not an encrypted value');
  await encrypted.delete('faces/1');
  expect(await encrypted.get('faces/1')).toBeUndefined();
});
