import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { peopleToPhotograph, reEmbed } from '../../../src/cli/re-embed/re-embed.js';
import { adoptAll, keepServersAway } from '../../../src/cli/re-embed/switch-model.js';
import { readConfig } from '../../../src/config/config.js';
import { identityOf } from '../../../src/gallery/model-identity.js';
import { photoOptions } from '../../../src/http/services.js';
import { readPack } from '../../../src/models/choose-pack.js';
import { lockDataFolder } from '../../../src/persistence/data-folder/data-folder-lock.js';
import { DataKey } from '../../../src/persistence/encryption/data-key.js';
import { SqliteStore } from '../../../src/persistence/people/sqlite/sqlite-store.js';
import { EncryptedObjectStore } from '../../../src/persistence/photos/encrypted-object-store.js';
import { FolderObjectStore } from '../../../src/persistence/photos/folder-object-store.js';
import type { ObjectStore } from '../../../src/persistence/photos/object-store.js';
import type { Store } from '../../../src/persistence/store.js';
import { defaultManifestPath } from '../../../src/util/paths.js';
import { temporaryFolder } from '../../persistence/temporary-folder.js';
import { killLaterAndLater, runCommand } from '../../support/command.js';
import { FakeAnalyser, faceOf } from '../../support/fakes.js';
import { photo } from '../../support/photos.js';
import { useTestDatabase } from '../../support/test-database.js';
import { RandomVectors } from '../../vector-index/random-vectors.js';

const key = '3'.repeat(64);
const database = useTestDatabase();
const staff = { tenant: 'acme', collection: 'staff' };
const theirs = { tenant: 'globex', collection: '' };
const model = identityOf((await readPack(defaultManifestPath, 'default')).embedders.v3.model);

interface Opened {
  store: Store;
  objects: ObjectStore;
}

async function sqlite(folder: string, dataKey?: DataKey): Promise<Opened> {
  const store = await SqliteStore.open(join(folder, 'facesearch.sqlite'), { dataKey });
  const raw = await FolderObjectStore.open(join(folder, 'photos'), { shared: true });
  return { store, objects: dataKey ? new EncryptedObjectStore(raw, dataKey) : raw };
}

async function postgres(folder: string): Promise<Opened> {
  await database().clear();
  return { store: database().store(), objects: await FolderObjectStore.open(join(folder, 'photos'), { shared: true }) };
}

function keyOf({ tenant }: typeof staff, id: string): string {
  return `faces/${tenant}-${id.toLowerCase().replaceAll(/[^a-z0-9]/g, '-')}`;
}

/** People with a face each of the model `old`; a photo of undefined is none. */
async function fill({ store, objects }: Opened, where: typeof staff, photos: Record<string, Buffer | undefined>) {
  const random = new RandomVectors(5);
  for (const [id, bytes] of Object.entries(photos)) {
    await store.saveUser(where, { id, name: `Name of ${id}` });
    const objectKey = keyOf(where, id);
    if (bytes) await objects.put(objectKey, bytes);
    await store.addFace(where, id, { embedding: random.unit(512), model: 'old', ...(bytes && { objectKey }) });
  }
}

const options = photoOptions({ allow_id_card: true, only_largest_face: true, disable_validation: true });

test.each([
  ['SQLite', (folder: string) => sqlite(folder)],
  ['SQLite, encrypted', (folder: string) => sqlite(folder, DataKey.parse(key))],
  ['PostgreSQL', postgres],
])(
  '%s: photos are embedded, refusals and people without a photo told, and a stopped run is taken up',
  async (_name, open) => {
    const opened = await open(await temporaryFolder());
    const { store, objects } = opened;
    onTestFinished(() => store.close());
    const face = (cosine: number) => Buffer.from(`cos:${cosine}`);
    await fill(opened, staff, {
      a: face(0.1),
      b: face(0.2),
      none: Buffer.from('none'),
      gone: face(0.3),
      bare: undefined,
    });
    await fill(opened, theirs, { a: face(0.4) });
    await objects.delete('faces/acme-gone');
    const analyser = new FakeAnalyser();
    const stop = new AbortController();
    const parts = { staged: store.staged, photos: objects, analyser, model: 'new', options, parallel: 1 };
    const first = await reEmbed({ ...parts, signal: stop.signal, onProgress: (done) => done === 2 && stop.abort() });
    expect(first).toMatchObject({ embedded: 2, isComplete: false });

    const second = await reEmbed(parts);
    expect(second).toMatchObject({ embedded: 1, erased: 0, isComplete: true });
    expect([...second.obstacles.values()].sort()).toEqual(['no-face', 'photo-missing']);
    // What was embedded before is not embedded again.
    expect(analyser.seen.map(({ image }) => image.toString())).toEqual(['cos:0.1', 'cos:0.2', 'cos:0.4']);
    const lost: string[] = [];
    for await (const { tenant, userId, reason } of peopleToPhotograph(store.staged, 'new')) {
      lost.push(`${tenant} ${userId} ${reason}`);
    }
    expect(lost).toEqual(['acme none no-photo-usable', 'acme gone no-photo-usable', 'acme bare no-photo']);

    expect(await adoptAll(store.staged, 'new', () => undefined)).toBe(3);
    const found = new Map<string, Float32Array>();
    for (const { collectionId, tenant } of await store.listCollections()) {
      const people = await store.peopleWithFaces(collectionId, 'new', 0, 10);
      const faces = await store.newestFaces(people, 'new');
      for (const [i, { user }] of people.entries()) {
        const embedding = faces[i]?.faces[0]?.embedding;
        if (embedding) found.set(`${tenant} ${user.id}`, embedding);
      }
    }
    expect(found).toEqual(
      new Map([
        ['acme a', faceOf(0.1)],
        ['acme b', faceOf(0.2)],
        ['globex a', faceOf(0.4)],
      ]),
    );
  },
);

test('a person who is erased while the photo is embedded does not come back', async () => {
  const folder = await temporaryFolder();
  const opened = await sqlite(folder);
  const { store, objects } = opened;
  onTestFinished(() => store.close());
  await fill(opened, staff, { a: Buffer.from('cos:0.1'), b: Buffer.from('cos:0.2') });
  const analyser = new FakeAnalyser();
  const embedPhoto: FakeAnalyser['embedPhoto'] = async (image, how) => {
    if (image.toString() === 'cos:0.1') await store.deleteUser(staff, 'a');
    return analyser.embedPhoto(image, how);
  };
  const parts = { staged: store.staged, photos: objects, model: 'new', options, parallel: 1 };
  expect(await reEmbed({ ...parts, analyser: { embedPhoto } })).toMatchObject({ embedded: 1, erased: 1 });
  expect(await adoptAll(store.staged, 'new', () => undefined)).toBe(1);
  expect(await store.findUser(staff, 'a')).toBeUndefined();
});

test('what is staged lies encrypted in the file', async () => {
  const folder = await temporaryFolder();
  const opened = await sqlite(folder, DataKey.parse(key));
  await fill(opened, staff, { a: Buffer.from('cos:0.1') });
  const { store, objects } = opened;
  await reEmbed({
    staged: store.staged,
    photos: objects,
    analyser: new FakeAnalyser(),
    model: 'new',
    options,
    parallel: 1,
  });
  await store.close();
  const plain = Buffer.from(faceOf(0.1).buffer).subarray(0, 8);
  const file = await readFile(join(folder, 'facesearch.sqlite'));
  expect(file.includes(plain)).toBe(false);
  expect(file.includes('staged_embeddings')).toBe(true);
});

test('no server may run while faces move', async () => {
  const folder = await temporaryFolder();
  const unlock = lockDataFolder(folder);
  const config = readConfig({ DATA_DIR: folder });
  await expect(keepServersAway(config)).rejects.toThrow('another server process uses it');
  unlock();
  const letServersStart = await keepServersAway(config);
  expect(() => lockDataFolder(folder)).toThrow('another server process uses it');
  letServersStart();
  lockDataFolder(folder)();
});

test('the command embeds beside an open store, is killed again and again, and moves the faces at last', async () => {
  const folder = await temporaryFolder();
  const opened = await sqlite(folder, DataKey.parse(key));
  const names = ['franck_01829', 'franck_02045', 'franck_02159', 'franck_02888', 'audrey', 'cage'];
  await fill(opened, staff, {
    ...Object.fromEntries(names.map((name) => [name, photo(`${name}.jpg`)])),
    '=bare, "B"': undefined,
  });
  const log = join(folder, 'audit.log');
  const env = { DATA_KEY: key, WORKERS: '1', AUDIT_LOG: log };
  const list = join(folder, 'again.csv');
  const run = (args: string[], killAfter?: number) =>
    runCommand('re-embed', folder, args, { env, ...(killAfter !== undefined && { killAfter }) });
  // The last person has no photo: done, but not in full.
  const last = await killLaterAndLater(async (killAfter) => {
    const result = await run(['--list', list], killAfter);
    return result.code === 1 ? { ...result, code: 0 } : result;
  });
  expect(last.stdout).toContain('People who must be photographed again: 1');
  expect(await readFile(list, 'utf8')).toBe(
    '\uFEFFtenant,collection,id,reason\r\nacme,staff,"=bare, ""B""",no-photo\r\n',
  );
  expect((await stat(list)).mode & 0o777).toBe(0o600);
  expect(await opened.store.staged.count(model)).toEqual({ own: 0, staged: 6, waiting: 0, withoutPhoto: 1 });
  await opened.store.close();

  const unlock = lockDataFolder(folder);
  const refused = await run(['--switch']);
  unlock();
  expect(refused).toMatchObject({ code: 1, stdout: '' });
  expect(refused.stderr).toMatch(/^Cannot use the data folder .* another server process uses it/);

  const moved = await run(['--switch']);
  expect(moved.stdout, moved.stderr).toContain(`6 faces moved to ${model}`);
  const after = await sqlite(folder, DataKey.parse(key));
  onTestFinished(() => after.store.close());
  expect(await after.store.staged.count(model)).toEqual({ own: 6, staged: 0, waiting: 0, withoutPhoto: 1 });
  expect(
    (await readFile(log, 'utf8'))
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line).call),
  ).toEqual(['switch model']);
});
