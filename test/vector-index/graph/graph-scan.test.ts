import { cpSync } from 'node:fs';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { FaceLikeVectors } from '../../../scripts/bench/face-like-vectors.js';
import { DataKey } from '../../../src/persistence/encryption/data-key.js';
import { IndexCache } from '../../../src/vector-index/cache/index-cache.js';
import { GraphKeeper } from '../../../src/vector-index/graph/graph-keeper.js';
import { GraphScan, type GraphScanOptions } from '../../../src/vector-index/graph/graph-scan.js';
import { Arenas } from '../../../src/vector-index/scan/arenas.js';
import { KeptScan } from '../../../src/vector-index/scan/kept-scan.js';
import { temporaryFolder } from '../../persistence/temporary-folder.js';
import { askew } from '../askew.js';
import { batch } from '../batch.js';
import { bytesInGraph } from '../kept-bytes.js';
import { RandomVectors } from '../random-vectors.js';

const COLLECTION = 7;
const FACES = 700;
const dataKey = new DataKey(Buffer.alloc(32, 3));
const random = new FaceLikeVectors(31);
const people = Array.from({ length: 1000 }, () => random.person());
const vectors = people.map((person) => random.image(person));
const face = (i: number): [number, Float32Array] => [i + 1, vectors[i] as Float32Array];
const faces = (from: number, to: number) => batch(...Array.from({ length: to - from }, (_, i) => face(from + i)));
const cosine = (a: Float32Array, b: Float32Array) => a.reduce((sum, x, i) => sum + x * (b[i] ?? 0), 0);

interface Settings extends Pick<GraphScanOptions, 'maxErased' | 'scratchMemory'> {
  dataKey?: DataKey | undefined;
}

function opened(folder: string, { dataKey, ...options }: Settings = {}) {
  const troubles: string[] = [];
  const cache = { folder, collectionId: COLLECTION, identity: 'm1', dataKey };
  const report = (trouble: string) => troubles.push(trouble);
  const index = new GraphScan(new Arenas(), {
    cache,
    keptFrom: 300,
    sieveFrom: 500,
    graphFrom: 500,
    report,
    ...options,
  });
  return { index, troubles };
}

/** A folder with the index of faces 1 to 700, of which the graph is whole. */
async function filled(settings: Settings = {}): Promise<string> {
  const folder = await temporaryFolder();
  const { index, troubles } = opened(folder, settings);
  await index.open();
  index.add(faces(0, FACES));
  await index.settled();
  expect(index.state).toEqual({ size: FACES, scanned: 0, inGraph: FACES, erased: 0 });
  await index.close();
  expect(troubles).toEqual([]);
  return folder;
}

async function fileHolds(folder: string, vector: Float32Array): Promise<boolean> {
  for (const name of await readdir(folder)) {
    const content = await readFile(join(folder, name));
    if (bytesInGraph(vector).some((bytes) => content.includes(bytes))) return true;
  }
  return false;
}

test.each([
  ['plain, axes in order', undefined, (vector: Float32Array) => vector],
  ['encrypted, axes askew', dataKey, askew],
])(
  '%s: whatever is added, removed, kept and opened again, the faces are those of an exact search',
  async (_, key, turned) => {
    const folder = await temporaryFolder();
    const chance = new RandomVectors(key ? 5 : 4);
    const below = (count: number) => Math.floor(chance.next() * count);
    const image = (i: number) => turned(random.image(people[i] as Float32Array));
    const copied = (i: number) => turned(vectors[i] as Float32Array);
    const held = new Map<number, Float32Array>();
    let { index, troubles } = opened(folder, { dataKey: key, maxErased: 100 });
    let graphs = 0;
    let [hits, searches] = [0, 0];
    await index.open();
    const write = (count: number) => {
      for (let n = 0; n < count; n++) {
        const i = below(people.length);
        if (chance.next() < 0.7) {
          // Anew or in the place of what was there; some faces are copies of others.
          const vector = chance.next() < 0.1 ? copied(below(50)) : image(i);
          held.set(i + 1, vector);
          index.add(batch([i + 1, vector]));
        } else {
          held.delete(i + 1);
          index.remove([i + 1]);
        }
      }
    };
    const expectFaces = () => {
      expect(index.size).toBe(held.size);
      if (index.state.inGraph > 0 && index.state.scanned < held.size) graphs++;
      for (let n = 0; n < 12; n++) {
        const probe = image(below(people.length));
        const found = index.search(probe, 8);
        expect(found.every(({ faceId }) => held.has(faceId))).toBe(true);
        for (const match of found)
          expect(Math.abs(match.cosine - cosine(held.get(match.faceId) as Float32Array, probe))).toBeLessThan(0.005);
        const nearest = Math.max(...[...held.values()].map((vector) => cosine(vector, probe)));
        searches++;
        if (found.some(({ cosine }) => cosine > nearest - 0.005)) hits++;
      }
    };
    write(1500);
    for (let turn = 0; turn < 7; turn++) {
      if (turn === 0 || chance.next() < 0.6) await index.settled();
      write(below(150));
      expectFaces();
      // Writes and searches go on while it is kept.
      const saving = chance.next() < 0.4 ? index.save() : undefined;
      write(5);
      expectFaces();
      await saving;
      if (chance.next() < 0.5) continue;
      await index.close();
      const before = troubles;
      ({ index, troubles } = opened(folder, { dataKey: key, maxErased: 100 }));
      expect(new Set(await index.open())).toEqual(new Set(held.keys()));
      expect(before).toEqual([]);
      expectFaces();
    }
    expect(troubles).toEqual([]);
    expect(graphs).toBeGreaterThan(3);
    expect(hits / searches).toBeGreaterThan(0.995);
    await index.close();
  },
);

test('sketches that are kept without the graph leave one whose removed and changed faces are known', async () => {
  const folder = await filled();
  const { index } = opened(folder);
  await index.open();
  index.remove([1, 2]);
  index.add(batch([2, vectors[800] as Float32Array], face(900)));
  await index.settled();
  const isDue = vi.spyOn(GraphKeeper.prototype, 'isDue').mockReturnValue(false);
  await index.close();
  isDue.mockRestore();
  const again = opened(folder);
  expect(await again.index.open()).toHaveLength(FACES);
  expect(again.index.state).toEqual({ size: FACES, scanned: 2, inGraph: FACES - 2, erased: 2 });
  for (const i of [800, 900])
    expect(again.index.search(vectors[i] as Float32Array, 1)[0]?.cosine).toBeGreaterThan(0.99);
  expect(again.index.search(vectors[0] as Float32Array, 5).map(({ faceId }) => faceId)).not.toContain(1);
  expect(again.index.search(vectors[1] as Float32Array, 1)[0]?.faceId).not.toBe(2);
  await again.index.settled();
  expect(again.index.state).toMatchObject({ scanned: 0, inGraph: FACES });
  // What was erased is still in the file, and it leaves it.
  expect(await fileHolds(folder, vectors[0] as Float32Array)).toBe(true);
  await again.index.close();
  expect(await fileHolds(folder, vectors[0] as Float32Array)).toBe(false);
  expect([...again.troubles]).toEqual([]);
});

test('an erased vector leaves the kept graph within five minutes, and at a graceful stop', async () => {
  const folder = await filled();
  const { index } = opened(folder);
  await index.open();
  expect(await fileHolds(folder, vectors[3] as Float32Array)).toBe(true);
  vi.useFakeTimers({ toFake: ['Date'] });
  onTestFinished(() => void vi.useRealTimers());
  index.remove([4]);
  vi.advanceTimersByTime(4 * 60_000);
  await index.saveIfDue();
  expect(await fileHolds(folder, vectors[3] as Float32Array)).toBe(true);
  vi.advanceTimersByTime(60_000);
  await index.saveIfDue();
  expect(await fileHolds(folder, vectors[3] as Float32Array)).toBe(false);
  index.remove([5]);
  expect(await fileHolds(folder, vectors[4] as Float32Array)).toBe(true);
  await index.close();
  expect(await fileHolds(folder, vectors[4] as Float32Array)).toBe(false);
  expect(await fileHolds(folder, vectors[5] as Float32Array)).toBe(true);
});

test('a graph of which much is erased is built anew, and searches find all meanwhile', async () => {
  const { index } = opened(await filled(), { maxErased: 100 });
  await index.open();
  index.remove(Array.from({ length: 200 }, (_, i) => i + 1));
  expect(index.state.erased).toBe(200);
  const found = () => {
    for (let i = 200; i < FACES; i++) expect(index.search(vectors[i] as Float32Array, 1)[0]?.faceId).toBe(i + 1);
  };
  found();
  await index.settled();
  expect(index.state).toEqual({ size: 500, scanned: 0, inGraph: 500, erased: 0 });
  found();
  await index.close();
});

test('with a data key no byte of the graph lies in a file, and without memory for it the graph is not kept', async () => {
  const folder = await filled({ dataKey });
  for (let i = 0; i < FACES; i += 50) expect(await fileHolds(folder, vectors[i] as Float32Array)).toBe(false);
  const { index, troubles } = opened(folder, { dataKey, scratchMemory: folder });
  expect(await index.open()).toHaveLength(FACES);
  expect(troubles).toEqual([expect.stringMatching(/kept graph cannot be used.*tmpfs/)]);
  await index.settled();
  expect(index.state).toMatchObject({ scanned: 0, inGraph: FACES });
  await index.save();
  expect(await readdir(folder)).toEqual([`${COLLECTION}.sqlite`]);
  expect(troubles.slice(1)).toEqual([expect.stringMatching(/graph is not kept/)]);
  await index.close();
});

test('without a data key the disk serves where there is no memory', async () => {
  const folder = await filled({ scratchMemory: '/nowhere' });
  expect(await readdir(folder)).toEqual([`${COLLECTION}.sqlite`]);
  const { index } = opened(folder, { scratchMemory: '/nowhere' });
  await index.open();
  expect(index.state).toMatchObject({ scanned: 0, inGraph: FACES });
  await index.close();
});

test('of a damaged graph nothing is used: it is said once, all faces are found, and it is built and kept again', async () => {
  const folder = await filled();
  const path = join(folder, `${COLLECTION}.sqlite`);
  const content = await readFile(path);
  const at = content.indexOf(bytesInGraph(vectors[300] as Float32Array)[0] as Buffer);
  expect(at).toBeGreaterThan(0);
  content[at + 5] = (content[at + 5] as number) ^ 1;
  await writeFile(path, content);
  const { index, troubles } = opened(folder);
  expect(await index.open()).toHaveLength(FACES);
  expect(troubles).toEqual([expect.stringMatching(/graph cannot be used.*checksum/)]);
  expect(index.search(vectors[300] as Float32Array, 1)[0]?.faceId).toBe(301);
  await index.settled();
  await index.close();
  const again = opened(folder);
  await again.index.open();
  expect(again.index.state).toMatchObject({ inGraph: FACES });
  expect(again.troubles).toEqual([]);
  await again.index.close();
});

test('a process that is killed while it keeps a graph leaves the one that was kept before, as does a failure', async () => {
  const folder = await filled();
  const [left, failed] = [join(await temporaryFolder(), 'index'), join(await temporaryFolder(), 'index')];
  const { index } = opened(folder);
  await index.open();
  index.add(faces(FACES, 1000));
  index.remove([1, 2]);
  await index.settled();
  const write = IndexCache.prototype.write;
  const spy = vi.spyOn(IndexCache.prototype, 'write').mockImplementation(function (this: IndexCache, part, body) {
    write.call(this, part, body);
    if (part !== 'graph/nodes') return;
    // More than SQLite's cache holds, so that some pages of the file are new, and the journal has the old ones.
    write.call(this, 'graph/ballast', Buffer.alloc(6_000_000, 1));
    cpSync(folder, left, { recursive: true });
    throw new Error('no space');
  });
  await expect(index.save()).rejects.toThrow('no space');
  spy.mockRestore();
  expect((await readdir(left)).sort()).toEqual([`${COLLECTION}.sqlite`, `${COLLECTION}.sqlite-journal`]);
  cpSync(folder, failed, { recursive: true });
  for (const kept of [left, failed]) {
    const other = opened(kept);
    expect(await other.index.open()).toHaveLength(FACES);
    expect(other.index.state).toMatchObject({ scanned: 0, inGraph: FACES });
    expect(other.troubles).toEqual([]);
    await other.index.drop();
  }
  // It goes on, and keeps all the next time.
  expect(index.search(vectors[900] as Float32Array, 1)[0]?.faceId).toBe(901);
  await index.save();
  await index.close();
  const again = opened(folder);
  expect(await again.index.open()).toHaveLength(998);
  expect(again.index.state).toMatchObject({ scanned: 0, inGraph: 998 });
  await again.index.drop();
});

test('another kind of index removes the graph and keeps the sketches', async () => {
  const folder = await filled();
  const cache = { folder, collectionId: COLLECTION, identity: 'm1', dataKey: undefined };
  const scan = new KeptScan(new Arenas(), { cache, keptFrom: 300 });
  expect(await scan.open()).toHaveLength(FACES);
  await scan.close();
  for (let i = 0; i < FACES; i += 50) expect(await fileHolds(folder, vectors[i] as Float32Array)).toBe(false);
});
