import { randomBytes } from 'node:crypto';
import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import { lockDataFolder } from '../../../src/persistence/data-folder/data-folder-lock.js';
import { changeDataKey } from '../../../src/persistence/encryption/change-data-key.js';
import { DataKey } from '../../../src/persistence/encryption/data-key.js';
import { embeddingToBlob } from '../../../src/persistence/encryption/embedding-blob.js';
import { SqliteStore } from '../../../src/persistence/people/sqlite/sqlite-store.js';
import { EncryptedObjectStore } from '../../../src/persistence/photos/encrypted-object-store.js';
import { FolderObjectStore } from '../../../src/persistence/photos/folder-object-store.js';
import type { ObjectStore } from '../../../src/persistence/photos/object-store.js';
import { Database } from '../../../src/persistence/sqlite.js';
import { killLaterAndLater, runCommand } from '../../support/command.js';
import { RandomVectors } from '../../vector-index/random-vectors.js';
import { temporaryFolder } from '../temporary-folder.js';

const texts = [randomBytes(32).toString('hex'), randomBytes(32).toString('base64')] as const;
const first = DataKey.parse(texts[0]);
const second = DataKey.parse(texts[1]);
const staff = { tenant: 'acme', collection: 'staff' };

let folder: string;
const file = () => join(folder, 'facesearch.sqlite');

beforeEach(async () => {
  folder = await temporaryFolder();
});

interface Person {
  id: string;
  name: string;
  embedding: Float32Array;
  photo: Buffer | undefined;
}

async function open(dataKey: DataKey | undefined) {
  const store = await SqliteStore.open(file(), { dataKey });
  const photos = await FolderObjectStore.open(join(folder, 'photos'));
  const objects: ObjectStore = dataKey ? new EncryptedObjectStore(photos, dataKey) : photos;
  return { store, objects };
}

async function fill(dataKey: DataKey | undefined, people: number): Promise<Person[]> {
  const { store, objects } = await open(dataKey);
  const random = new RandomVectors(3);
  const made: Person[] = [];
  for (let i = 0; i < people; i++) {
    const photo = i % 20 === 0 ? randomBytes(3000) : undefined;
    const person = { id: `client-id-${i}`, name: `Name of person ${i}`, embedding: random.unit(512), photo };
    if (photo) await objects.put(`faces/${i}`, photo);
    const face = { embedding: person.embedding, model: 'm1', ...(photo && { objectKey: `faces/${i}` }) };
    const { faceId, ...ref } = await store.addUserWithFace(staff, person, face);
    // No file may hold the mean either: here it is the embedding itself.
    const mean = { embedding: person.embedding, mu: 0 };
    const template = { cohort: 'none', mus: new Map([[faceId, 0]]), mean };
    expect(await store.saveTemplates([{ ...ref, template }], 'm1')).toBe(1);
    made.push(person);
  }
  await store.close();
  return made;
}

async function expectPeople(dataKey: DataKey | undefined, people: readonly Person[]) {
  const { store, objects } = await open(dataKey);
  expect(await store.listUsers(staff)).toEqual(people.map(({ id, name }) => ({ id, name })));
  const faces: Float32Array[] = [];
  const collectionId = (await store.findCollection(staff))?.collectionId as number;
  for await (const page of store.facesOf(collectionId, 'm1')) faces.push(...page.map(({ embedding }) => embedding));
  expect(faces).toEqual(people.map(({ embedding }) => embedding));
  for (const [i, { id, photo }] of people.entries()) {
    expect((await store.findUser(staff, id))?.id).toBe(id);
    expect(await objects.get(`faces/${i}`)).toEqual(photo);
  }
  await store.close();
}

/** Whether any file of the data folder holds anything of the people in plain. */
async function showsPeople(people: readonly Person[]): Promise<boolean> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  const bytes = Buffer.concat(await Promise.all(files.map((each) => readFile(join(each.parentPath, each.name)))));
  return people.some(
    ({ id, name, embedding, photo }) =>
      bytes.includes(`${id}"`) ||
      bytes.includes(name) ||
      bytes.includes(embeddingToBlob(embedding).subarray(64, 128)) ||
      (photo && bytes.includes(photo.subarray(0, 32))),
  );
}

test('plain → key → other key → plain: everything is kept, and no file holds what was plain', async () => {
  const people = await fill(undefined, 60);
  expect(await showsPeople(people)).toBe(true);
  expect(await changeDataKey({ folder, from: undefined, to: first })).toBe(true);
  expect(await showsPeople(people)).toBe(false);
  await expectPeople(first, people);
  expect(await changeDataKey({ folder, from: first, to: second })).toBe(true);
  expect(await showsPeople(people)).toBe(false);
  await expectPeople(second, people);
  await expect(SqliteStore.open(file(), { dataKey: first })).rejects.toThrow('is another');
  expect(await changeDataKey({ folder, from: second, to: undefined })).toBe(true);
  await expectPeople(undefined, people);
});

test('a change of the data key deletes templates instead of encrypting them anew', async () => {
  await fill(undefined, 5);
  await changeDataKey({ folder, from: undefined, to: first });
  const { store } = await open(first);
  const collectionId = (await store.findCollection(staff))?.collectionId as number;
  const kind = { model: 'm1', cohort: 'none' };
  expect(await store.peopleWithoutTemplate(collectionId, kind, 0, 1000)).toHaveLength(5);
  await store.close();
});

test('a change of the data key leaves nothing that was encrypted with the old key', async () => {
  await fill(first, 20);
  const files = async () =>
    Buffer.concat([await readFile(file()), await readFile(`${file()}-wal`).catch(() => Buffer.of())]);
  const mark = Buffer.from(first.id, 'hex');
  expect((await files()).includes(mark)).toBe(true);
  await changeDataKey({ folder, from: first, to: second });
  expect((await files()).includes(mark)).toBe(false);
});

test('a change of the data key leaves nothing that the vector indexes kept', async () => {
  await fill(undefined, 3);
  await mkdir(join(folder, 'index'));
  await writeFile(join(folder, 'index', 'snapshot'), 'vectors');
  await changeDataKey({ folder, from: undefined, to: first });
  expect(await readdir(folder)).not.toContain('index');
});

test('a change of the data key that is already done is no error', async () => {
  await fill(first, 3);
  expect(await changeDataKey({ folder, from: undefined, to: first })).toBe(false);
  expect(await changeDataKey({ folder, from: second, to: first })).toBe(false);
});

test('a change of the data key refuses a wrong old key, the same key, a folder in use and a folder without a database', async () => {
  const people = await fill(first, 3);
  await expect(changeDataKey({ folder, from: undefined, to: second })).rejects.toThrow(`data key ${first.id}`);
  await expect(changeDataKey({ folder, from: second, to: undefined })).rejects.toThrow('is another');
  await expect(changeDataKey({ folder, from: first, to: first })).rejects.toThrow('are the same');
  const unlock = lockDataFolder(folder);
  await expect(changeDataKey({ folder, from: first, to: second })).rejects.toThrow('one process per data folder');
  unlock();
  await expectPeople(first, people);
  await expect(changeDataKey({ folder: join(folder, 'none'), from: first, to: second })).rejects.toThrow('no database');
  await expect(stat(join(folder, 'none'))).rejects.toThrow();
});

test('a change of the data key changes nothing when one value cannot be decrypted', async () => {
  const people = await fill(first, 30);
  const db = new Database(file());
  const { sealed } = db.prepare('SELECT sealed FROM users WHERE user_id = 30').get() as { sealed: Buffer };
  const damaged = Buffer.from(sealed);
  damaged[50] = (damaged[50] as number) ^ 1;
  db.prepare('UPDATE users SET sealed = ? WHERE user_id = 30').run(damaged);
  await expect(changeDataKey({ folder, from: first, to: second })).rejects.toThrow('Cannot decrypt user/30/');
  db.prepare('UPDATE users SET sealed = ? WHERE user_id = 30').run(sealed);
  db.close();
  await expectPeople(first, people);
});

test('a change of the data key continues where it was stopped, and meanwhile refuses other keys and starts of the server', async () => {
  const people = await fill(undefined, 40);
  // 40 users, 40 faces and 2 photos: the first run looks at each and then writes it, the others only write.
  for (const stopAt of [82 + 1, 20, 60, 81, 82]) {
    const onProgress = (done: number) => {
      if (done === stopAt) throw new Error('stopped here');
    };
    await expect(changeDataKey({ folder, from: undefined, to: first, onProgress })).rejects.toThrow('stopped here');
    for (const dataKey of [undefined, first]) {
      await expect(SqliteStore.open(file(), { dataKey })).rejects.toThrow('was not finished');
    }
    await expect(changeDataKey({ folder, from: undefined, to: second })).rejects.toThrow('finish that first');
  }
  expect(await changeDataKey({ folder, from: undefined, to: first })).toBe(true);
  await expectPeople(first, people);
  expect(await showsPeople(people)).toBe(false);
});

const command = (name: string, env: Record<string, string>, killAfter?: number) =>
  runCommand('data-key', folder, [name], { env, ...(killAfter && { killAfter }) });

test('a change of the data key that is killed at any time completes when the command is run again', async () => {
  const people = await fill(first, 600);
  const env = { OLD_DATA_KEY: texts[0], DATA_KEY: texts[1] };
  const { stdout } = await killLaterAndLater((after) => command('rotate', env, after));
  expect(stdout).toMatch(new RegExp(`The data is (now|already) encrypted with the data key ${second.id}`));
  await expectPeople(second, people);
  expect(await showsPeople(people)).toBe(false);
});

test('the command data-key says what it needs', async () => {
  await fill(first, 1);
  expect((await command('encrypt', {})).stderr).toContain('DATA_KEY or DATA_KEY_FILE: one of them must be set');
  expect((await command('rotate', { DATA_KEY: texts[1] })).stderr).toContain('OLD_DATA_KEY');
  expect((await command('eat', { DATA_KEY: texts[1] })).stderr).toContain('There is no change "eat"');
  const wrong = await command('decrypt', { DATA_KEY: texts[1] });
  expect(wrong).toMatchObject({ code: 1, stderr: expect.stringContaining(`encrypted with the data key ${first.id}`) });
  expect(wrong.stderr).not.toContain(texts[1]);
  expect(DataKey.parse((await command('generate', {})).stdout).id).toMatch(/^[0-9a-f]{16}$/);
});
