import { randomBytes } from 'node:crypto';
import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, expect, onTestFinished, test } from 'vitest';
import { exportCollection } from '../../../src/cli/collection-export/export-collection.js';
import { importCollection } from '../../../src/cli/collection-export/import-collection.js';
import { identityOf } from '../../../src/gallery/model-identity.js';
import { readPack } from '../../../src/models/choose-pack.js';
import { lockDataFolder } from '../../../src/persistence/data-folder/data-folder-lock.js';
import { DataKey } from '../../../src/persistence/encryption/data-key.js';
import type { CollectionRef } from '../../../src/persistence/people/people-store.js';
import { SqliteStore } from '../../../src/persistence/people/sqlite/sqlite-store.js';
import { SqliteTransfer } from '../../../src/persistence/people/sqlite/sqlite-transfer.js';
import { defaultManifestPath } from '../../../src/util/paths.js';
import { ownerOf } from '../../persistence/owner-of.js';
import { temporaryFolder } from '../../persistence/temporary-folder.js';
import { type CommandOptions, killLaterAndLater, runCommand } from '../../support/command.js';
import { RandomVectors } from '../../vector-index/random-vectors.js';

const staff: CollectionRef = { tenant: 'acme', collection: 'staff' };
const guests: CollectionRef = { tenant: 'other', collection: 'guests' };
const people = [
  { id: 'a', name: 'Nguyễn Văn An' },
  { id: '"quoted"\n', name: '' },
  { id: '🧑🏽‍🚀', name: 'line\u2028break' },
];

let folder: string;
let random: RandomVectors;

beforeEach(async () => {
  folder = await temporaryFolder();
  random = new RandomVectors(11);
});

const database = (name: string) => join(folder, name, 'facesearch.sqlite');

/** People with two faces each, of the model m1, and one face of another model. */
async function fill(name: string, key?: DataKey) {
  const store = await SqliteStore.open(database(name), { dataKey: key });
  for (const user of people) {
    await store.addUserWithFace(staff, user, { embedding: random.unit(512), model: 'm1' });
    await store.addFace(staff, user.id, { embedding: random.unit(512), model: 'm1' });
  }
  await store.addFace(staff, 'a', { embedding: random.unit(512), model: 'm2' });
  await store.saveUser(staff, { id: 'faceless', name: 'No Face' });
  await store.close();
}

async function contentOf(name: string, collection: CollectionRef, key?: DataKey) {
  const store = await SqliteStore.open(database(name), { dataKey: key });
  const users = await store.listUsers(collection);
  const found = await store.findCollection(collection);
  const faces: { owner: string | undefined; embedding: Float32Array }[] = [];
  for await (const page of store.facesOf(found?.collectionId ?? 0, 'm1')) {
    for (const { faceId, embedding } of page) {
      faces.push({ owner: (await ownerOf(store, faceId))?.id, embedding });
    }
  }
  await store.close();
  return { users, faces };
}

function open(name: string, collection: CollectionRef, key?: DataKey): SqliteTransfer {
  const transfer = SqliteTransfer.open(database(name), key, collection, 'm1');
  onTestFinished(() => transfer.close());
  return transfer;
}

async function* bytesOf(...texts: string[]) {
  for (const text of texts) yield Buffer.from(text);
}

/** Imports lines and tells what was refused as `line: reason`. */
async function importText(target: SqliteTransfer, text: string) {
  const refused: string[] = [];
  const result = await importCollection(target, bytesOf(text), {
    model: 'm1',
    onRefused: (line, reason) => refused.push(`${line}: ${reason}`),
  });
  return { ...result, refused };
}

const header = '{"format":"facesearch-collection","version":1,"model":"m1","dimensions":512}\n';

test('an import between an encrypted and a plain folder stores what was exported', async () => {
  const key = new DataKey(randomBytes(32));
  await fill('from', key);
  const source = open('from', staff, key);
  expect(source.count()).toEqual({ users: 4, faces: 6, otherModels: 1 });
  const text = [...exportCollection(source, 'm1')].join('');
  expect(text.split('\n')).toHaveLength(1 + 4 + 6 + 1);
  const result = await importText(open('to', guests), text);
  expect(result).toEqual({
    usersCreated: 4,
    usersChanged: 0,
    facesAdded: 6,
    facesKnown: 0,
    linesRefused: 0,
    refused: [],
  });
  expect(await contentOf('to', guests)).toEqual(await contentOf('from', staff, key));
  expect([...exportCollection(open('to', guests), 'm1')].join('')).toBe(text);
});

test('an import merges by id: it takes names from the file, adds new faces, and doubles none', async () => {
  await fill('from');
  const text = [...exportCollection(open('from', staff), 'm1')].join('');
  const store = await SqliteStore.open(database('to'));
  const own = random.unit(512);
  await store.addUserWithFace(guests, { id: 'a', name: 'Old Name' }, { embedding: own, model: 'm1' });
  await store.saveUser(guests, { id: 'mine', name: 'Mine' });
  await store.close();
  const target = open('to', guests);
  expect(await importText(target, text)).toMatchObject({
    usersCreated: 3,
    usersChanged: 1,
    facesAdded: 6,
    facesKnown: 0,
  });
  expect(await importText(target, text)).toMatchObject({
    usersCreated: 0,
    usersChanged: 0,
    facesAdded: 0,
    facesKnown: 6,
  });
  // Also within one file.
  const [face] = text.split('\n').filter((line) => line.includes('vector'));
  expect(await importText(target, `${header}${face}\n${face}\n`)).toMatchObject({ facesAdded: 0, facesKnown: 2 });
  const { users, faces } = await contentOf('to', guests);
  expect(users).toEqual([
    people[0],
    { id: 'mine', name: 'Mine' },
    ...people.slice(1),
    { id: 'faceless', name: 'No Face' },
  ]);
  expect(faces).toHaveLength(7);
  expect(faces[0]).toEqual({ owner: 'a', embedding: own });
});

test('vectors may be numbers of any length, and a line may hold a user with a face', async () => {
  const vector = random.unit(512);
  const numbers = [...vector].map((x) => x * 7);
  const line = JSON.stringify({ id: 'x', name: 'X', vector: numbers });
  const target = open('to', guests);
  expect(await importText(target, `${header}${line}`)).toMatchObject({ usersCreated: 1, facesAdded: 1 });
  expect(await importText(target, `${header}${line}`)).toMatchObject({ usersCreated: 0, facesAdded: 0, facesKnown: 1 });
  const { faces } = await contentOf('to', guests);
  for (const [i, x] of (faces[0]?.embedding ?? []).entries()) expect(x).toBeCloseTo(vector[i] as number, 6);
});

test('a bad line is told by its number and leaves nothing, the good ones are stored', async () => {
  const vector = JSON.stringify([...random.unit(512)]);
  const lines = [
    '{"id":"good","name":"Good"}',
    'not json',
    '[1]',
    '{"id":"","name":"x"}',
    '{"id":7,"name":"x"}',
    '{"id":"x"}',
    '{"id":"nul\\u0000","name":"x"}',
    '{"id":"half \\ud83d","name":"x"}',
    `{"id":"${'x'.repeat(1025)}","name":"x"}`,
    '{"id":"bad","name":"x","vector":[1,2]}',
    `{"id":"bad","name":"x","vector":${vector.replace(/\d[^,]*,/, 'null,')}}`,
    `{"id":"bad","name":"x","vector":${vector.replace(/\d[^,]*,/, '1e999,')}}`,
    `{"id":"bad","name":"x","vector":[${Array(512).fill(0).join()}]}`,
    '{"id":"bad","name":"x","vector":"AAAA"}',
    `{"id":"bad","name":"x","vector":"*${Buffer.alloc(2048, 1).toString('base64')}"}`,
    `{"id":"unknown","vector":${vector}}`,
    '',
    `{"id":"good","vector":${vector}}`,
  ];
  const result = await importText(open('to', guests), `${header}${lines.join('\n')}`);
  expect(result).toMatchObject({ usersCreated: 1, facesAdded: 1, linesRefused: 15 });
  const numbers = result.refused.map((text) => Number(text.split(':')[0]));
  expect(numbers.sort((a, b) => a - b)).toEqual(Array.from({ length: 15 }, (_, i) => i + 3));
  expect(result.refused.join('\n')).toMatch(/17: there is no user with this id/);
  const { users, faces } = await contentOf('to', guests);
  expect(users).toEqual([{ id: 'good', name: 'Good' }]);
  expect(faces).toHaveLength(1);
});

test.each([
  ['of another model', header.replace('m1', 'm2'), /made by the model m2, and this server compares those of m1/],
  ['of a newer version', header.replace('1', '2'), /newer version/],
  ['without a header', '{"id":"a","name":"A"}\n', /does not begin with the header/],
  ['of something else', 'id,name\n', /does not begin with the header/],
  ['without a line', '', /is empty/],
])('a file %s is refused', async (_name, start, message) => {
  await expect(importText(open('to', guests), `${start}{"id":"a","name":"A"}\n`.slice(start ? 0 : 99))).rejects.toThrow(
    message,
  );
  expect((await contentOf('to', guests)).users).toEqual([]);
});

test('what npm prints before a redirected export is skipped', async () => {
  const banner = '\n> facesearch-server@0.1.0 export\n> node dist/src/main.js export\n\n';
  expect(await importText(open('to', guests), `${banner}${header}{"id":"a","name":"A"}\n`)).toMatchObject({
    usersCreated: 1,
  });
});

test('an import that broke off is completed by running it again', async () => {
  const lines = Array.from({ length: 700 }, (_, i) => {
    const vector = Buffer.from(random.unit(512).buffer).toString('base64');
    return `${JSON.stringify({ id: `u${i}`, name: `U ${i}` })}\n${JSON.stringify({ id: `u${i}`, vector })}\n`;
  });
  async function* broken() {
    yield* bytesOf(header, ...lines.slice(0, 600));
    throw new Error('the cable was pulled');
  }
  const target = open('to', guests);
  await expect(importCollection(target, broken(), { model: 'm1' })).rejects.toThrow('cable');
  expect((await contentOf('to', guests)).users).toHaveLength(500);
  expect(await importText(target, header + lines.join(''))).toMatchObject({
    usersCreated: 200,
    facesAdded: 200,
    facesKnown: 500,
  });
  expect((await contentOf('to', guests)).faces).toHaveLength(700);
});

const command = (name: 'export' | 'import-vectors', data: string, args: string[], options?: CommandOptions) =>
  runCommand(name, join(folder, data), args, options);

test('the commands move a collection, and an import that was killed is completed by the next', async () => {
  const pack = await readPack(defaultManifestPath, 'default');
  const model = identityOf(pack.embedders.v3.model);
  const store = await SqliteStore.open(database('from'));
  for (let i = 0; i < 300; i++) {
    await store.addUserWithFace(staff, { id: `u${i}`, name: `U ${i}` }, { embedding: random.unit(512), model });
  }
  const args = ['--tenant', 'acme', '--collection', 'staff'];
  // The store is open, as that of a running server.
  const exported = await command('export', 'from', args);
  expect(exported.code, exported.stderr).toBe(0);
  await store.close();
  expect(exported.stdout.split('\n')).toHaveLength(602);

  const { stdout } = await killLaterAndLater((killAfter) =>
    command('import-vectors', 'to', args, { input: exported.stdout, killAfter }),
  );
  expect(stdout).toMatch(/^\d+ users created, 0 changed; \d+ faces added, \d+ were there already; 0 lines refused/);
  expect((await command('export', 'to', args)).stdout).toBe(exported.stdout);
  const file = join(folder, 'staff.jsonl');
  expect((await command('export', 'to', [...args, file])).code).toBe(0);
  expect(await readFile(file, 'utf8')).toBe(exported.stdout);
  expect((await stat(file)).mode & 0o777).toBe(0o600);

  await writeFile(file, `${exported.stdout}bad\n`);
  const bad = await command('import-vectors', 'to', [...args, file]);
  expect(bad).toMatchObject({ code: 1, stderr: expect.stringContaining('line 602: it is not a JSON object.') });
  expect(bad.stdout).toContain('300 were there already; 1 lines refused');
});

test('the commands say what they need, and an import keeps off a folder that a server uses', async () => {
  await fill('from');
  expect(await command('export', 'from', [])).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('--tenant is missing'),
  });
  const none = await command('export', 'from', ['--tenant', 'nobody']);
  expect(none).toMatchObject({ code: 2, stderr: 'There is no such collection.\n' });
  expect((await command('export', 'nowhere', ['--tenant', 'acme'])).stderr).toContain('There is no database');
  const unlock = lockDataFolder(join(folder, 'from'));
  const refused = await command('import-vectors', 'from', ['--tenant', 'acme'], { input: header });
  unlock();
  expect(refused).toMatchObject({ code: 1, stderr: expect.stringContaining('one process per data folder') });
});
