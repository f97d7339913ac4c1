import { randomBytes } from 'node:crypto';
import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { list } from 'tar';
import { beforeEach, expect, test } from 'vitest';
import { InMemoryGallery } from '../../../src/gallery/in-memory-gallery.js';
import { backUp } from '../../../src/persistence/backup/back-up.js';
import { restore } from '../../../src/persistence/backup/restore.js';
import { lockDataFolder } from '../../../src/persistence/data-folder/data-folder-lock.js';
import { DataKey } from '../../../src/persistence/encryption/data-key.js';
import { Database } from '../../../src/persistence/sqlite.js';
import { plainCosine } from '../../gallery/scales.js';
import { openIndexes } from '../../vector-index/open-indexes.js';
import { RandomVectors } from '../../vector-index/random-vectors.js';
import { temporaryFolder } from '../temporary-folder.js';
import { contentOf, fillFolder, openFolder, staff } from './backup-fixture.js';

let folder: string;
let target: string;
let file: string;

beforeEach(async () => {
  const root = await temporaryFolder();
  folder = join(root, 'data');
  target = join(root, 'restored');
  file = join(root, 'today.backup');
});

/** Names in a restored folder, without the lock. */
const namesIn = async (path: string) => (await readdir(path)).filter((name) => !name.startsWith('server.lock')).sort();

test.each([
  ['plain', undefined],
  ['encrypted', new DataKey(randomBytes(32))],
])('a restored folder holds what was backed up: %s', async (_name, key) => {
  await fillFolder(folder, 30, key);
  const made = await backUp({ folder, file });
  expect(made).toMatchObject({ users: 30, faces: 30, photos: 15, dataKeyId: key?.id ?? null, missing: 0 });
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  expect(await readdir(join(file, '..'))).toEqual(['data', 'today.backup']);
  const bytes = await readFile(file);
  expect(bytes.includes('Person 7')).toBe(key === undefined);

  expect(await restore({ file, folder: target })).toMatchObject({ users: 30, createdAt: made.createdAt });
  expect(await namesIn(target)).toEqual(['facesearch.sqlite', 'photos']);
  expect(await contentOf(target, key)).toEqual(await contentOf(folder, key));
  expect((await stat(join(target, 'facesearch.sqlite'))).mode & 0o777).toBe(0o600);
  if (key) await expect(openFolder(target)).rejects.toThrow(`encrypted with the data key ${key.id}`);
});

test('a backup is a tar archive with its checksums', async () => {
  await fillFolder(folder, 3);
  await backUp({ folder, file });
  const names: string[] = [];
  await list({ file, strict: true, onReadEntry: (entry) => names.push(entry.path) });
  expect(names).toEqual([
    'photos/faces/photo-0',
    'photos/faces/photo-2',
    'facesearch.sqlite',
    'backup.json',
    'SHA256SUMS',
  ]);
});

test('while a server writes, a backup holds everything acknowledged before it, each face with its photo', async () => {
  const { store, objects } = await openFolder(folder);
  const logger = { info() {}, warn() {}, error() {} };
  const scale = plainCosine;
  const indexes = openIndexes(join(folder, 'index'));
  const gallery = new InMemoryGallery({ store, objects, indexes, model: 'm1', scale, logger });
  await gallery.open();
  const random = new RandomVectors(5);
  const added: string[] = [];
  let count = 0;
  let writing = true;
  const write = async () => {
    while (writing) {
      const outcome = await gallery.addUnknownPerson(staff, random.unit(512), randomBytes(2000), () => false);
      if ('createdId' in outcome) added.push(outcome.createdId);
      if (++count % 4 === 0) await gallery.deleteUser(staff, added.splice(1, 1)[0] as string);
    }
  };
  const writers = [write(), write()];
  try {
    for (let round = 1; round <= 3; round++) {
      await expect.poll(() => count, { timeout: 30_000 }).toBeGreaterThan(10 * round);
      const acknowledged = added.slice(0, 1).concat(added.slice(-1));
      const made = await backUp({ folder, file });
      expect(made.missing).toBe(0);

      await restore({ file, folder: target, force: true });
      const restored = await openFolder(target);
      const ids = (await restored.store.listUsers(staff)).map(({ id }) => id);
      expect(ids).toEqual(expect.arrayContaining(acknowledged));
      await restored.store.close();
      const db = new Database(join(target, 'facesearch.sqlite'));
      const keys = db.prepare<[], string>('SELECT object_key FROM faces WHERE object_key IS NOT NULL').pluck().all();
      expect(db.prepare('SELECT count(*) FROM faces').pluck().get()).toBe(made.faces);
      db.close();
      expect(keys.length).toBe(made.photos);
      for (const key of keys) expect(await restored.objects.get(key)).toHaveLength(2000);
    }
  } finally {
    writing = false;
    await Promise.all(writers);
    await gallery.close();
    await indexes.close();
    await store.close();
  }
});

test('a photo that is deleted during a backup does not count as missing', async () => {
  await fillFolder(folder, 10);
  const { store, objects } = await openFolder(folder);
  let deleted: Promise<unknown> | undefined;
  const made = await backUp({
    folder,
    file,
    onProgress() {
      deleted ??= store.deleteUser(staff, 'id-8').then(() => objects.delete('faces/photo-8'));
    },
  });
  await deleted;
  await store.close();
  expect(made).toMatchObject({ photos: 4, deletedMeanwhile: 1, missing: 0 });
  await restore({ file, folder: target });
  expect((await contentOf(target)).users).toHaveLength(10);
});

test('a photo that is lost is reported, and everything else is backed up', async () => {
  await fillFolder(folder, 10);
  await (await openFolder(folder)).objects.delete('faces/photo-4');
  expect(await backUp({ folder, file })).toMatchObject({ photos: 4, deletedMeanwhile: 0, missing: 1 });
  await restore({ file, folder: target });
  expect((await contentOf(target)).faces).toHaveLength(10);
});

test('a backup that was changed anywhere, or cut short, is refused and leaves nothing', async () => {
  await fillFolder(folder, 4);
  await backUp({ folder, file });
  const bytes = await readFile(file);
  const changed = `${file}.changed`;
  const refused = async (what: Buffer, how: string) => {
    await writeFile(changed, what);
    await expect(restore({ file: changed, folder: target }), how).rejects.toThrow('The backup is damaged');
    expect(await namesIn(target), how).toEqual([]);
  };
  // Every kind of place: a step that has no factor with the blocks of 512 bytes, and all of the first and last blocks.
  const places = Array.from({ length: bytes.length }, (_, i) => i);
  const chosen = places.filter(
    (i) => i % 1999 === 0 || (i < 512 && i % 7 === 0) || (i > bytes.length - 3072 && i % 29 === 0),
  );
  for (const place of chosen) {
    const flipped = Buffer.from(bytes);
    flipped[place] = (flipped[place] as number) ^ (1 << (place % 8));
    await refused(flipped, `byte ${place}`);
  }
  for (const length of [0, 100, 512, 5000, bytes.length - 1024, bytes.length - 512, bytes.length - 1]) {
    await refused(bytes.subarray(0, length), `${length} bytes`);
  }
  await refused(Buffer.concat([bytes, Buffer.alloc(512)]), 'longer');
  await refused(Buffer.from('no archive at all'.repeat(100)), 'text');
  await restore({ file, folder: target });
  expect(await contentOf(target)).toEqual(await contentOf(folder));
});

test('a folder that holds anything is replaced only when forced', async () => {
  await fillFolder(folder, 6);
  await backUp({ folder, file });
  await mkdir(target, { mode: 0o700 });
  await writeFile(join(target, 'notes.txt'), 'mine');
  await expect(restore({ file, folder: target })).rejects.toThrow(
    'is not empty. To replace what it holds, add --force.',
  );
  expect(await namesIn(target)).toEqual(['notes.txt']);

  await fillFolder(target, 2);
  // Something is left in the log of the old database.
  const { store } = await openFolder(target);
  await store.saveUser(staff, { id: 'late', name: 'Late' });
  // What the vector indexes kept is of the old database.
  await mkdir(join(target, 'index'));
  await restore({ file, folder: target, force: true });
  await store.close();
  expect(await contentOf(target)).toEqual(await contentOf(folder));
  expect(await namesIn(target)).toEqual(['facesearch.sqlite', 'notes.txt', 'photos']);
});

test('a forced restore of a damaged backup leaves the data that is there', async () => {
  await fillFolder(folder, 6);
  await backUp({ folder, file });
  const bytes = await readFile(file);
  await writeFile(file, bytes.subarray(0, -1024));
  await fillFolder(target, 3);
  const before = await contentOf(target);
  await expect(restore({ file, folder: target, force: true })).rejects.toThrow('damaged');
  expect(await contentOf(target)).toEqual(before);
});

test('nothing is restored into a folder that a server uses, nor backed up from one without a database', async () => {
  await fillFolder(folder, 2);
  await backUp({ folder, file });
  const unlock = lockDataFolder(target);
  await expect(restore({ file, folder: target })).rejects.toThrow('one process per data folder');
  unlock();
  await expect(backUp({ folder: target, file: `${file}.2` })).rejects.toThrow('There is no database');
  await expect(stat(`${file}.2`)).rejects.toThrow();
});

test('nothing is backed up while the data key is being changed', async () => {
  await fillFolder(folder, 2);
  const db = new Database(join(folder, 'facesearch.sqlite'));
  db.exec(`INSERT INTO data_key VALUES (1, '', 'ab')`);
  db.close();
  await writeFile(file, 'the backup of yesterday');
  await expect(backUp({ folder, file })).rejects.toThrow('change of the data key is under way');
  expect(await readFile(file, 'utf8')).toBe('the backup of yesterday');
});

test('the database of a newer version is not restored', async () => {
  await fillFolder(folder, 1);
  const db = new Database(join(folder, 'facesearch.sqlite'));
  const version = Number(db.pragma('user_version', { simple: true }));
  await backUp({ folder, file });
  db.pragma('user_version = 999');
  await expect(backUp({ folder, file })).rejects.toThrow('newer version');
  db.pragma(`user_version = ${version}`);
  db.close();
  await restore({ file, folder: target });
});
