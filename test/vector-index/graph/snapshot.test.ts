import { readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { HybridIndex } from '../../../src/vector-index/graph/hybrid-index.js';
import { Snapshot } from '../../../src/vector-index/graph/snapshot.js';
import { temporaryFolder } from '../../persistence/temporary-folder.js';
import { batch } from '../batch.js';
import { RandomVectors } from '../random-vectors.js';

const LENGTH = 64;
const options = { dimensions: LENGTH, graphFrom: 100, maxErased: 1000 };
const none = new Float32Array();

async function saved(count = 300) {
  const folder = await temporaryFolder();
  const snapshot = new Snapshot(folder, 7, 'm1', LENGTH);
  const random = new RandomVectors(17);
  const vectors = Array.from({ length: count }, () => random.unit(LENGTH));
  const index = new HybridIndex(options);
  for (const [i, vector] of vectors.entries()) index.add(batch([i + 1, vector]));
  await index.settled();
  await index.saveTo(snapshot);
  return { folder, snapshot, index, vectors, random };
}

async function loaded(snapshot: Snapshot): Promise<HybridIndex> {
  const index = new HybridIndex(options);
  await index.loadFrom(snapshot);
  return index;
}

async function filesOf(folder: string): Promise<{ list: string; graph: string }> {
  const names = (await readdir(folder)).sort();
  expect(names).toHaveLength(2);
  const [list, graph] = ['.index', '.graph'].map((end) => join(folder, names.find((name) => name.endsWith(end)) ?? ''));
  return { list: list ?? '', graph: graph ?? '' };
}

const bytesOf = (vector: Float32Array) => Buffer.from(vector.buffer, vector.byteOffset, vector.byteLength);

async function holdsBytes(folder: string, vector: Float32Array): Promise<boolean> {
  for (const name of await readdir(folder)) {
    if ((await readFile(join(folder, name))).includes(bytesOf(vector))) return true;
  }
  return false;
}

test('an index read from a snapshot answers like the one that was written, copies of a vector included', async () => {
  const { snapshot, index, vectors } = await saved();
  index.add(batch([900, vectors[4] ?? none], [901, vectors[4] ?? none]));
  index.remove([2, 3]);
  await index.settled();
  await index.saveTo(snapshot);
  const second = await loaded(snapshot);
  expect(second.state).toEqual({ size: 300, scanned: 0, inGraph: 298, erased: 2 });
  expect(new Set(second.faceIds())).toEqual(new Set(index.faceIds()));
  for (const vector of vectors) expect(second.search(vector, 3)).toEqual(index.search(vector, 3));
  second.remove([5, 900]);
  expect(second.search(vectors[4] ?? none, 1)).toMatchObject([{ faceId: 901 }]);
  second.add(batch([902, vectors[1] ?? none]));
  await second.settled();
  expect(second.search(vectors[1] ?? none, 1)).toMatchObject([{ faceId: 902 }]);
});

test('loading without a snapshot loads nothing', async () => {
  const index = await loaded(new Snapshot(await temporaryFolder(), 7, 'm1', LENGTH));
  expect(index.size).toBe(0);
});

test('a snapshot cut off or changed at any kind of place is refused', async () => {
  const { folder, snapshot } = await saved(150);
  const { list, graph } = await filesOf(folder);
  for (const file of [list, graph]) {
    const whole = await readFile(file);
    for (const length of [0, 1, 40, 96, 200, Math.floor(whole.length / 2), whole.length - 33, whole.length - 1]) {
      await truncate(file, length);
      await expect(loaded(snapshot)).rejects.toThrow();
      await writeFile(file, whole);
    }
    for (const at of [0, 20, 97, 300, Math.floor(whole.length / 2), whole.length - 1]) {
      const changed = Buffer.from(whole);
      changed[at] = (changed[at] ?? 0) ^ 1;
      await writeFile(file, changed);
      await expect(loaded(snapshot)).rejects.toThrow();
    }
    await writeFile(file, Buffer.concat([whole, Buffer.from('x')]));
    await expect(loaded(snapshot)).rejects.toThrow();
    await rm(file);
    if (file === graph) await expect(loaded(snapshot)).rejects.toThrow();
    await writeFile(file, whole);
  }
  expect((await loaded(snapshot)).size).toBe(150);
});

test('a snapshot of another model or vector length is refused', async () => {
  const { folder } = await saved(150);
  await expect(loaded(new Snapshot(folder, 7, 'm2', LENGTH))).rejects.toThrow('of another model');
  await expect(loaded(new Snapshot(folder, 7, 'm1', 32))).rejects.toThrow('of another model');
  expect((await loaded(new Snapshot(folder, 8, 'm1', LENGTH))).size).toBe(0);
});

test('a snapshot of another version is refused', async () => {
  const { folder, snapshot } = await saved(150);
  const { list } = await filesOf(folder);
  const bytes = await readFile(list);
  const body = Buffer.from(bytes.subarray(0, -32));
  body.write('"version":3', body.indexOf('"version":2'));
  const { createHash } = await import('node:crypto');
  await writeFile(list, Buffer.concat([body, createHash('sha256').update(body).digest()]));
  await expect(loaded(snapshot)).rejects.toThrow('of another version');
});

test('a kill before the list has its new name keeps the old snapshot, and the next one removes what is left over', async () => {
  const { folder, snapshot, index, random } = await saved(150);
  const before = new Map<string, Buffer>();
  for (const name of await readdir(folder)) before.set(name, await readFile(join(folder, name)));
  index.add(batch([999, random.unit(LENGTH)]));
  await index.settled();
  await index.saveTo(snapshot);
  // The state at the moment before the rename: new graph and draft beside the old two files.
  const { list } = await filesOf(folder);
  await writeFile(join(folder, '7.draft'), await readFile(list));
  for (const [name, bytes] of before) await writeFile(join(folder, name), bytes);
  expect((await loaded(snapshot)).size).toBe(150);
  await index.saveTo(snapshot);
  await filesOf(folder);
  expect((await loaded(snapshot)).size).toBe(151);
});

test('a snapshot that cannot be written leaves the old one', async () => {
  const { folder, snapshot } = await saved(150);
  const { index } = await saved(120);
  const nodes = {
    count: 0,
    faceIds: new Float64Array(),
    tags: none,
    hashes: new Float64Array(),
    more: new Float64Array(),
  };
  const fail = async (file: string) => {
    await writeFile(file, 'half');
    throw new Error('disk full');
  };
  await expect(snapshot.write(nodes, fail)).rejects.toThrow('disk full');
  await filesOf(folder);
  expect((await loaded(snapshot)).size).toBe(150);
  expect(index.size).toBe(120);
});

test('erased vectors are in no file of the next snapshot, the others are', async () => {
  const { folder, snapshot, index, vectors } = await saved();
  const [erased = none, kept = none] = vectors;
  expect(await holdsBytes(folder, erased)).toBe(true);
  index.remove([1]);
  await index.saveTo(snapshot);
  expect(await holdsBytes(folder, erased)).toBe(false);
  expect(await holdsBytes(folder, kept)).toBe(true);
  expect(index.unsaved.erasures).toBe(0);
});

test('faces that come and go while a snapshot is written are right now, and in the next one', async () => {
  const { folder, snapshot, index, vectors, random } = await saved(2000);
  const saving = index.saveTo(snapshot);
  const late = random.unit(LENGTH);
  index.remove([5, 6]);
  index.add(batch([5000, late]));
  expect(index.search(vectors[4] ?? none, 1)[0]?.faceId).not.toBe(5);
  expect(index.search(late, 1)).toMatchObject([{ faceId: 5000 }]);
  await saving;
  expect(index.search(vectors[5] ?? none, 1)[0]?.faceId).not.toBe(6);
  await index.settled();
  expect(index.state).toMatchObject({ size: 1999, scanned: 0, erased: 2 });
  expect(index.unsaved.erasures).toBe(2);
  await index.saveTo(snapshot);
  expect(await holdsBytes(folder, vectors[4] ?? none)).toBe(false);
  const second = await loaded(snapshot);
  expect(second.search(late, 1)).toMatchObject([{ faceId: 5000 }]);
  expect(second.size).toBe(1999);
});

test('a collection that became small has no snapshot', async () => {
  const { folder, snapshot, index } = await saved();
  index.remove(Array.from({ length: 280 }, (_, i) => i + 1));
  await index.settled();
  await index.saveTo(snapshot);
  expect(await readdir(folder)).toEqual([]);
});
