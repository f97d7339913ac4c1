import { cp, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { FaceLikeVectors } from '../../../scripts/bench/face-like-vectors.js';
import { DataKey } from '../../../src/persistence/encryption/data-key.js';
import { IndexCache } from '../../../src/vector-index/cache/index-cache.js';
import { Arenas } from '../../../src/vector-index/scan/arenas.js';
import { KeptScan } from '../../../src/vector-index/scan/kept-scan.js';
import { temporaryFolder } from '../../persistence/temporary-folder.js';
import { batch } from '../batch.js';
import { bytesInSketch } from '../kept-bytes.js';

const FACES = 1200;
const COLLECTION = 7;
const key = (byte: number) => new DataKey(Buffer.alloc(32, byte));

const random = new FaceLikeVectors(11);
const vectors = Array.from({ length: FACES + 300 }, () => random.person());
const face = (i: number): [number, Float32Array] => [i + 1, vectors[i] as Float32Array];
const sketchOf = (i: number) => bytesInSketch(vectors[i] as Float32Array);

async function fileHolds(folder: string, i: number): Promise<boolean> {
  for (const name of await readdir(folder)) {
    const content = await readFile(join(folder, name));
    if (sketchOf(i).some((bytes) => content.includes(bytes))) return true;
  }
  return false;
}

interface Settings {
  identity?: string;
  dataKey?: DataKey | undefined;
  keptFrom?: number;
}

function opened(folder: string, { identity = 'm1', dataKey, keptFrom = 500 }: Settings = {}) {
  const troubles: string[] = [];
  const cache = { folder, collectionId: COLLECTION, identity, dataKey };
  const report = (trouble: string) => troubles.push(trouble);
  return { index: new KeptScan(new Arenas(), { cache, keptFrom, sieveFrom: 900, report }), troubles };
}

/** A folder with the kept sketches of faces 1 to 1,200. */
async function filled(settings: Settings = {}): Promise<string> {
  const folder = await temporaryFolder();
  const { index } = opened(folder, settings);
  expect(await index.open()).toHaveLength(0);
  index.add(batch(...Array.from({ length: FACES }, (_, i) => face(i))));
  await index.settled();
  await index.close();
  return folder;
}

function expectFaces(index: KeptScan, held: readonly number[]): void {
  expect(index.size).toBe(held.length);
  for (const i of held) expect(index.search(vectors[i] as Float32Array, 1)[0]?.faceId).toBe(i + 1);
}

test.each([
  ['plain', undefined],
  ['encrypted', key(1)],
])(
  '%s sketches come back as they were left, with what was added and removed after they were first kept',
  async (_, dataKey) => {
    const folder = await filled({ dataKey });
    const first = opened(folder, { dataKey });
    expect(await first.index.open()).toHaveLength(FACES);
    expect(first.index.holds(batch(face(5), face(1100)))).toBe(true);
    expect(first.index.holds(batch([6, vectors[7] as Float32Array]))).toBe(false);
    first.index.add(batch(...Array.from({ length: 300 }, (_, i) => face(FACES + i))));
    first.index.remove(Array.from({ length: 400 }, (_, i) => i * 2 + 1));
    await first.index.close();

    const second = opened(folder, { dataKey });
    const held = Array.from({ length: FACES + 300 }, (_, i) => i).filter((i) => i >= 800 || i % 2 === 1);
    expect([...(await second.index.open())].sort((a, b) => a - b)).toEqual(held.map((i) => i + 1));
    expectFaces(second.index, held);
    expect([...first.troubles, ...second.troubles]).toEqual([]);
    expect((await stat(join(folder, `${COLLECTION}.sqlite`))).mode & 0o777).toBe(0o600);
    await second.index.close();
  },
);

test('with a data key no file holds a byte of a sketch; without one it does', async () => {
  const encrypted = await filled({ dataKey: key(1) });
  const plain = await filled();
  for (let i = 0; i < FACES; i += 50) expect(await fileHolds(encrypted, i)).toBe(false);
  expect(await fileHolds(plain, 3)).toBe(true);
});

test('an erased sketch leaves the file within five minutes', async () => {
  const folder = await filled();
  const { index } = opened(folder);
  await index.open();
  vi.useFakeTimers({ toFake: ['Date'] });
  onTestFinished(() => void vi.useRealTimers());
  index.remove([4]);
  await index.saveIfDue();
  vi.advanceTimersByTime(4 * 60_000);
  await index.saveIfDue();
  expect(await fileHolds(folder, 3)).toBe(true);
  vi.advanceTimersByTime(60_000);
  await index.saveIfDue();
  expect(await fileHolds(folder, 3)).toBe(false);
  expect(await fileHolds(folder, 4)).toBe(true);
  await index.close();
});

test.each([
  ['of another model', { identity: 'm2' }, /another model/],
  ['of another data key', { dataKey: key(2) }, /another data key/],
])('sketches %s are not used, and are removed', async (_, settings, reason) => {
  const folder = await filled();
  const { index, troubles } = opened(folder, settings);
  expect(await index.open()).toHaveLength(0);
  expect(troubles).toEqual([expect.stringMatching(reason)]);
  expect(await readdir(folder)).toEqual([]);
  await index.close();
});

test('of damaged sketches none are used: they are removed, said once, and kept again', async () => {
  const folder = await filled();
  const path = join(folder, `${COLLECTION}.sqlite`);
  const content = await readFile(path);
  const at = content.indexOf(sketchOf(700)[0] as Buffer);
  content[at + 5] = (content[at + 5] as number) ^ 1;
  await writeFile(path, content);
  const { index, troubles } = opened(folder);
  expect(await index.open()).toHaveLength(0);
  expect(troubles).toEqual([expect.stringMatching(/checksum/)]);
  index.add(batch(...Array.from({ length: FACES }, (_, i) => face(i))));
  await index.close();
  const again = opened(folder);
  expect(await again.index.open()).toHaveLength(FACES);
  await again.index.close();

  await writeFile(path, content.subarray(0, 100_000));
  const torn = opened(folder);
  expect(await torn.index.open()).toHaveLength(0);
  expect(torn.troubles).toHaveLength(1);
  await torn.index.close();
});

test('a process that is killed while it keeps sketches leaves those that were kept before', async () => {
  const folder = await filled();
  const cache = new IndexCache({ folder, collectionId: COLLECTION, identity: 'm1', dataKey: undefined });
  cache.begin();
  for (let part = 0; part < 40; part++) cache.write(`faces/${part}`, Buffer.alloc(500_000, part));
  cache.delete('parts');
  // What the system has of its files when the process ends now: some pages are new, and the journal has the old ones.
  const left = join(await temporaryFolder(), 'index');
  await cp(folder, left, { recursive: true });
  expect((await readdir(left)).sort()).toEqual([`${COLLECTION}.sqlite`, `${COLLECTION}.sqlite-journal`]);
  cache.rollback();
  cache.close();
  const { index, troubles } = opened(left);
  expect(await index.open()).toHaveLength(FACES);
  expectFaces(
    index,
    Array.from({ length: FACES }, (_, i) => i),
  );
  expect(troubles).toEqual([]);
  await index.close();
});

test('a process that is killed while it keeps sketches for the first time leaves none, which is no trouble', async () => {
  const folder = await temporaryFolder();
  const cache = new IndexCache({ folder, collectionId: COLLECTION, identity: 'm1', dataKey: undefined });
  expect(cache.open()).toBe(false);
  cache.begin();
  // More than SQLite's cache holds.
  for (let part = 0; part < 12; part++) cache.write(`faces/${part}`, Buffer.alloc(500_000, part));
  const left = join(await temporaryFolder(), 'index');
  await cp(folder, left, { recursive: true });
  expect((await stat(join(left, `${COLLECTION}.sqlite`))).size).toBeGreaterThan(0);
  cache.rollback();
  cache.close();
  const { index, troubles } = opened(left);
  expect(await index.open()).toHaveLength(0);
  index.add(batch(...Array.from({ length: FACES }, (_, i) => face(i))));
  await index.close();
  const again = opened(left);
  expect(await again.index.open()).toHaveLength(FACES);
  expect([...troubles, ...again.troubles]).toEqual([]);
  await again.index.close();
});

test('small collections, and those that have become small, are not kept; nor is a dropped one', async () => {
  const folder = await filled({ keptFrom: 5000 });
  expect(await readdir(folder)).toEqual([]);
  const large = await filled();
  const { index } = opened(large);
  await index.open();
  index.remove(Array.from({ length: 1000 }, (_, i) => i + 1));
  await index.save();
  expect(await readdir(large)).toEqual([]);
  const dropped = await filled();
  const { index: other } = opened(dropped);
  await other.open();
  const saving = other.save();
  await other.drop();
  await saving.catch(() => undefined);
  expect(await readdir(dropped)).toEqual([]);
});

test('after a full disk the file is gone, the failure is said once, and the faces are found', async () => {
  const folder = await filled();
  const { index, troubles } = opened(folder);
  await index.open();
  const commit = vi.spyOn(IndexCache.prototype, 'commit').mockImplementation(() => {
    throw new Error('database or disk is full');
  });
  onTestFinished(() => commit.mockRestore());
  index.add(batch(...Array.from({ length: 300 }, (_, i) => face(FACES + i))));
  index.remove(Array.from({ length: 1000 }, (_, i) => i + 1));
  await index.saveIfDue();
  index.add(batch(face(0), face(900)));
  await index.close();
  expect(troubles.length).toBeGreaterThan(0);
  expect(new Set(troubles)).toEqual(new Set([expect.stringMatching(/disk is full/)]));
  expect(await readdir(folder)).toEqual([]);
});

test('nothing is written in the middle of the reading, when it would be a part of what is kept', async () => {
  const folder = await filled();
  const begin = vi.spyOn(IndexCache.prototype, 'begin');
  onTestFinished(() => begin.mockRestore());
  const { index, troubles } = opened(folder);
  const opening = index.open();
  await index.save();
  expect(begin).not.toHaveBeenCalled();
  expect(await opening).toHaveLength(FACES);
  await index.close();
  const again = opened(folder);
  expect(await again.index.open()).toHaveLength(FACES);
  await again.index.close();
  expect([...troubles, ...again.troubles]).toEqual([]);
});

test('a stop in the middle of the reading leaves what is kept, and is no trouble', async () => {
  const folder = await filled();
  const { index, troubles } = opened(folder);
  const opening = index.open();
  await index.close();
  expect(await opening).toHaveLength(0);
  const again = opened(folder);
  expect(await again.index.open()).toHaveLength(FACES);
  await again.index.close();
  expect([...troubles, ...again.troubles]).toEqual([]);
});
