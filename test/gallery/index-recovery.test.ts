import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, expect, test, vi } from 'vitest';
import { FaceLikeVectors } from '../../scripts/bench/face-like-vectors.js';
import { SqliteStore } from '../../src/persistence/people/sqlite/sqlite-store.js';
import { ThreadLife } from '../../src/vector-index/worker-thread.js';
import { openIndexes } from '../vector-index/open-indexes.js';
import { never, openGallery } from './gallery-fixture.js';

const staff = { tenant: 'acme', collection: 'staff' };
let random: FaceLikeVectors;

beforeEach(() => {
  random = new FaceLikeVectors(41);
});

/** A gallery of people with one face each, whose index has a graph. */
async function filled(count: number) {
  const opened = await openGallery();
  const vectors = Array.from({ length: count }, () => random.person());
  for (const [i, embedding] of vectors.entries()) {
    await opened.store.addUserWithFace(staff, { id: `p${i}`, name: '' }, { embedding, model: 'm1' });
  }
  return { ...opened, vectors };
}

/** Opens the gallery, waits until the graph is complete, and closes it, which keeps the index. */
async function keep(folder: string): Promise<void> {
  const opened = await reopened(folder);
  await opened.settled();
  await opened.close();
}

/** Opens the gallery again with graphs from 150 faces on; `close` keeps the index. */
async function reopened(folder: string, kind: 'hnsw' | 'scan' = 'hnsw') {
  const logger = { info: vi.fn(), warn: vi.fn(), error: vi.fn() };
  const troubles: string[] = [];
  const indexes = openIndexes(join(folder, 'index'), {
    kind,
    keptFrom: 100,
    sieveFrom: 150,
    graphFrom: 150,
    onTrouble: (trouble) => troubles.push(trouble),
  });
  const open = indexes.open.bind(indexes);
  const opening: ReturnType<typeof open>[] = [];
  indexes.open = (...args) => {
    opening.push(open(...args));
    return opening.at(-1) as ReturnType<typeof open>;
  };
  const opened = await openGallery(folder, { indexes, logger });
  const settled = async () => Promise.all((await Promise.all(opening)).map(({ index }) => index.settled()));
  const close = async () => {
    await opened.gallery.close();
    await indexes.close();
  };
  await opened.gallery.open();
  return { ...opened, indexes, troubles, settled, close };
}

async function expectAllFound(gallery: Awaited<ReturnType<typeof openGallery>>['gallery'], vectors: Float32Array[]) {
  for (const [i, vector] of vectors.entries()) {
    expect(await gallery.search(staff, vector)).toMatchObject({ id: `p${i}` });
  }
}

test('hundreds of faces are found while the graph is built, after it, and from what was kept of it', async () => {
  const { folder, vectors, close } = await filled(800);
  await close();
  const first = await reopened(folder);
  const some = vectors.slice(0, 40);
  await expectAllFound(first.gallery, some);
  const whole = { size: 800, scanned: 0, inGraph: 800, erased: 0 };
  expect(await first.settled()).toEqual([whole]);
  await expectAllFound(first.gallery, some);
  await first.close();
  expect(await readdir(join(folder, 'index'))).toEqual(['1.sqlite']);
  const second = await reopened(folder);
  expect(second.troubles).toEqual([]);
  expect(await second.settled()).toEqual([whole]);
  await expectAllFound(
    second.gallery,
    vectors.slice(-40).map((_, i) => vectors[i] as Float32Array),
  );
  await second.close();
});

test('what was added and deleted after the index was kept is replayed', async () => {
  const { folder, vectors, close } = await filled(300);
  await close();
  await keep(folder);
  const store = await SqliteStore.open(join(folder, 'facesearch.db'));
  const late = random.person();
  await store.addUserWithFace(staff, { id: 'late', name: '' }, { embedding: late, model: 'm1' });
  await store.deleteUser(staff, 'p0');
  await store.close();
  const second = await reopened(folder);
  expect(second.troubles).toEqual([]);
  expect(second.gallery.facesInMemory).toBe(300);
  expect(await second.gallery.search(staff, late)).toMatchObject({ id: 'late' });
  expect((await second.gallery.search(staff, vectors[0] as Float32Array))?.id).not.toBe('p0');
  await second.close();
});

test('a torn file is reported, removed, and the index built anew', async () => {
  const { folder, vectors, close } = await filled(200);
  await close();
  await keep(folder);
  await writeFile(join(folder, 'index', '1.sqlite'), 'torn');
  const second = await reopened(folder);
  expect(second.troubles).toHaveLength(1);
  expect(second.gallery.facesInMemory).toBe(200);
  await expectAllFound(second.gallery, vectors.slice(0, 20));
  await second.close();
});

test('a database that went back and on another way is not answered from the old index', async () => {
  const { folder, close } = await filled(200);
  await close();
  await keep(folder);
  // The same numbers of faces, other people: as after an old copy of the database was put back and used.
  const other = await filled(200);
  await other.close();
  for (const name of await readdir(join(folder, 'index'))) {
    await writeFile(join(other.folder, 'index', name), await readFile(join(folder, 'index', name)));
  }
  const second = await reopened(other.folder);
  await expectAllFound(second.gallery, other.vectors);
  await second.close();
});

/**
 * Of an error of its own, on a message that is none. What ends a thread from outside may meet it within native code,
 * which then takes the whole process along.
 */
async function die(life: ThreadLife | undefined): Promise<void> {
  if (!life) throw new Error('there is no thread');
  const exit = new Promise((resolve) => life.worker.once('exit', resolve));
  life.worker.postMessage(null);
  await exit;
}

test('a thread that dies is replaced, and its collections are read again', async () => {
  const { folder, vectors, close } = await filled(300);
  await close();
  const lives: ThreadLife[] = [];
  const ask = ThreadLife.prototype.ask;
  vi.spyOn(ThreadLife.prototype, 'ask').mockImplementation(function (this: ThreadLife, ...args) {
    if (lives.at(-1) !== this) lives.push(this);
    return ask.apply(this, args);
  });
  const { gallery, troubles, close: closeAll } = await reopened(folder);
  const searching = vectors.slice(0, 30).map((vector) => gallery.search(staff, vector));
  await die(lives[0]);
  expect((await Promise.all(searching)).map((found) => found?.id)).toEqual(vectors.slice(0, 30).map((_, i) => `p${i}`));
  const face = random.person();
  await die(lives.at(-1));
  const added = await gallery.addUnknownPerson(staff, face, Buffer.from('photo'), never);
  expect(await gallery.search(staff, face)).toMatchObject({ id: 'createdId' in added && added.createdId });
  expect(gallery.facesInMemory).toBe(301);
  expect(lives.length).toBeGreaterThan(1);
  expect(troubles).toEqual(Array(2).fill(expect.stringContaining('an index thread died')));
  await closeAll();
});

test('nothing is kept of a deleted collection, also of one that was deleted without the index', async () => {
  const { folder, vectors, close } = await filled(200);
  await close();
  await keep(folder);
  const second = await reopened(folder);
  await second.gallery.deleteCollection(staff);
  expect(await readdir(join(folder, 'index'))).toEqual([]);
  expect(await second.gallery.search(staff, vectors[0] as Float32Array)).toBeUndefined();
  await second.close();
  await writeFile(join(folder, 'index', '1.sqlite'), 'of a collection that is gone');
  await keep(folder);
  expect(await readdir(join(folder, 'index'))).toEqual([]);
});

test('plain graphs that an earlier version kept are removed and built anew, which is said once', async () => {
  const { folder, vectors, close } = await filled(200);
  await close();
  await mkdir(join(folder, 'index'), { recursive: true });
  for (const name of ['1.index', '1-abc.graph', '8.draft']) await writeFile(join(folder, 'index', name), 'old');
  const second = await reopened(folder);
  expect(second.troubles).toEqual([expect.stringContaining('built anew')]);
  expect(await second.settled()).toEqual([{ size: 200, scanned: 0, inGraph: 200, erased: 0 }]);
  await expectAllFound(second.gallery, vectors.slice(0, 20));
  await second.close();
  expect(await readdir(join(folder, 'index'))).toEqual(['1.sqlite']);
  const third = await reopened(folder, 'scan');
  expect(third.troubles).toEqual([]);
  expect(await third.settled()).toEqual([{ size: 200, scanned: 200, inGraph: 0, erased: 0 }]);
  await third.close();
});
