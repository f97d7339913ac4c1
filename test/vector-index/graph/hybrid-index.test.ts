import { expect, test } from 'vitest';
import { HybridIndex } from '../../../src/vector-index/graph/hybrid-index.js';
import { batch } from '../batch.js';
import { RandomVectors } from '../random-vectors.js';

const LENGTH = 64;
const options = { dimensions: LENGTH, graphFrom: 100, maxErased: 50 };
const ids = (matches: { faceId: number }[]) => matches.map(({ faceId }) => faceId);

/** An index of `count` random vectors with face ids from 1 on, and the vectors. */
function filled(count: number, seed = 5): { index: HybridIndex; vectors: Float32Array[]; random: RandomVectors } {
  const random = new RandomVectors(seed);
  const index = new HybridIndex(options);
  const vectors = Array.from({ length: count }, () => random.unit(LENGTH));
  for (const [i, vector] of vectors.entries()) index.add(batch([i + 1, vector]));
  return { index, vectors, random };
}

test('an empty index finds nothing', () => {
  const index = new HybridIndex(options);
  expect(index.search(new RandomVectors(1).unit(LENGTH), 5)).toEqual([]);
  expect(index.size).toBe(0);
});

test('every added face is found at once: by scan, while the graph is being built, and by graph', async () => {
  const { index, vectors, random } = filled(300);
  expect(index.state.inGraph).toBe(0);
  for (const [i, vector] of vectors.entries()) expect(ids(index.search(vector, 1))).toEqual([i + 1]);
  await index.settled();
  expect(index.state).toEqual({ size: 300, scanned: 0, inGraph: 300, erased: 0 });
  for (const [i, vector] of vectors.entries()) expect(ids(index.search(vector, 1))).toEqual([i + 1]);
  const late = random.unit(LENGTH);
  index.add(batch([1000, late]));
  expect(index.state.scanned).toBe(1);
  expect(index.search(late, 1)[0]?.faceId).toBe(1000);
  expect(index.search(late, 1)[0]?.cosine).toBeCloseTo(1, 6);
});

test('the graph and the scan report the same cosines, as far as float32 goes', async () => {
  const { index, vectors, random } = filled(300);
  const probe = random.near(vectors[7] ?? new Float32Array(), 0.7);
  const scanned = index.search(probe, 3);
  await index.settled();
  const found = index.search(probe, 3);
  expect(found.map(({ faceId }) => faceId)).toEqual(scanned.map(({ faceId }) => faceId));
  for (const [i, { cosine }] of found.entries()) expect(cosine).toBeCloseTo(scanned[i]?.cosine ?? 2, 6);
});

test('overwriting erased vectors leaves every other one within reach', async () => {
  const random = new RandomVectors(8);
  const index = new HybridIndex({ ...options, maxErased: 1000 });
  const people = Array.from({ length: 500 }, () => random.unit(LENGTH));
  const faces = people.flatMap((person) => Array.from({ length: 4 }, () => random.near(person, 0.8)));
  for (const [i, face] of faces.entries()) index.add(batch([i + 1, face]));
  await index.settled();
  const isGone = (i: number) => i % 5 < 2;
  index.remove(faces.flatMap((_, i) => (isGone(i) ? [i + 1] : [])));
  await index.settled();
  expect(index.state).toEqual({ size: 1200, scanned: 0, inGraph: 1200, erased: 800 });
  for (const [i, face] of faces.entries()) {
    const [best] = index.search(face, 1);
    if (isGone(i)) expect(best?.cosine).toBeLessThan(0.999);
    else expect(best?.faceId).toBe(i + 1);
  }
});

test('an index that is asked for more faces than it has gives all', async () => {
  const { index, vectors } = filled(120);
  await index.settled();
  const probe = vectors[0] ?? new Float32Array();
  expect(index.search(probe, 1000)).toHaveLength(120);
  expect(index.search(probe, 0)).toEqual([]);
});

test('a removed face is never found again, in any state', async () => {
  const { index, vectors } = filled(300);
  index.remove([1, 2, 999]);
  expect(ids(index.search(vectors[0] ?? new Float32Array(), 300))).not.toContain(1);
  await index.settled();
  index.remove([3]);
  expect(index.size).toBe(297);
  for (const i of [0, 1, 2]) expect(ids(index.search(vectors[i] ?? new Float32Array(), 300))).not.toContain(i + 1);
});

test('when all faces are removed nothing is found, and adding starts anew', async () => {
  const { index, vectors } = filled(150);
  await index.settled();
  index.remove(vectors.map((_, i) => i + 1));
  const probe = vectors[0] ?? new Float32Array();
  expect(index.search(probe, 5)).toEqual([]);
  await index.settled();
  expect(index.state.inGraph).toBe(0);
  index.add(batch([500, probe]));
  expect(ids(index.search(probe, 5))).toEqual([500]);
});

test('a face removed and added again, or added twice, has the last embedding only', async () => {
  const { index, vectors, random } = filled(150);
  await index.settled();
  const [first = new Float32Array(), second = new Float32Array()] = vectors;
  const replaced = random.unit(LENGTH);
  index.remove([1]);
  index.add(batch([1, replaced]));
  index.add(batch([2, first]));
  await index.settled();
  expect(index.size).toBe(150);
  expect(index.search(replaced, 1)[0]?.faceId).toBe(1);
  expect(index.search(first, 1)[0]?.faceId).toBe(2);
  expect(index.search(second, 1)[0]?.cosine).toBeLessThan(0.99);
});

test('a graph of mostly erased vectors is rebuilt, and answers like the one before', async () => {
  const { index, vectors } = filled(600);
  await index.settled();
  const kept = vectors.map((_, i) => i + 1).filter((faceId) => faceId % 3 === 0);
  index.remove(vectors.map((_, i) => i + 1).filter((faceId) => faceId % 3 !== 0));
  expect(index.state.erased).toBe(400);
  const before = kept.map((faceId) => index.search(vectors[faceId - 1] ?? new Float32Array(), 1));
  await index.settled();
  expect(index.state).toEqual({ size: 200, scanned: 0, inGraph: 200, erased: 0 });
  expect(kept.map((faceId) => index.search(vectors[faceId - 1] ?? new Float32Array(), 1))).toEqual(before);
});

test('writes during a rebuild are in the new graph', async () => {
  const { index, vectors, random } = filled(600);
  await index.settled();
  index.remove(Array.from({ length: 400 }, (_, i) => i + 1));
  await new Promise(setImmediate);
  const late = random.unit(LENGTH);
  index.add(batch([1000, late]));
  index.remove([401]);
  expect(index.search(late, 1)[0]?.faceId).toBe(1000);
  await index.settled();
  expect(index.state).toMatchObject({ scanned: 0 });
  // Face 401 may have been in the new graph already when it was removed.
  expect(index.state.erased).toBeLessThanOrEqual(1);
  expect(index.search(late, 1)[0]?.faceId).toBe(1000);
  expect(ids(index.search(vectors[400] ?? new Float32Array(), 300))).not.toContain(401);
});

test('face ids beyond 32 bits are kept apart', async () => {
  const { index, random } = filled(120);
  const large = 2 ** 32 + 1;
  const vector = random.unit(LENGTH);
  index.add(batch([large, vector]));
  await index.settled();
  expect(index.search(vector, 1)[0]?.faceId).toBe(large);
  index.remove([large]);
  expect(index.size).toBe(120);
});

test('many copies of one vector do not hide the others', async () => {
  const { index, vectors } = filled(200);
  for (let copy = 1; copy < 20; copy++) {
    for (const [i, vector] of vectors.entries()) index.add(batch([copy * 1000 + i + 1, vector]));
  }
  await index.settled();
  for (const [i, vector] of vectors.entries()) {
    expect(ids(index.search(vector, 3))).toEqual([i + 1, 1000 + i + 1, 2000 + i + 1]);
  }
  index.remove([1, 1001]);
  expect(ids(index.search(vectors[0] ?? new Float32Array(), 2))).toEqual([2001, 3001]);
});

test('embeddings that would spoil the index are refused', () => {
  const { index, vectors } = filled(3);
  const [good = new Float32Array()] = vectors;
  const notANumber = good.map((x, i) => (i === 5 ? Number.NaN : x));
  for (const bad of [notANumber, good.map((x) => x * 2), new Float32Array(LENGTH), new Float32Array(8).fill(1)]) {
    expect(() => index.add(batch([9, bad]))).toThrow(RangeError);
    expect(() => index.search(bad, 1)).toThrow(RangeError);
  }
  expect(index.size).toBe(3);
});

test('a closed index is empty and its work in the background ends', async () => {
  const { index, vectors } = filled(300);
  await index.free();
  await index.settled();
  expect(index.state.inGraph).toBe(0);
  expect(index.search(vectors[0] ?? new Float32Array(), 5)).toEqual([]);
});

test('the graph finds the nearest of 4,000 face-like vectors in at least 99 of 100 searches', async () => {
  const random = new RandomVectors(11);
  const index = new HybridIndex({ dimensions: 512, graphFrom: 1000 });
  const people = Array.from({ length: 1000 }, () => random.unit(512));
  // Four photos of each person; the cosine of two of them is about 0.7, as measured for genuine pairs.
  const photos = people.flatMap((person) => Array.from({ length: 4 }, () => random.near(person, 0.83)));
  for (const [i, photo] of photos.entries()) index.add(batch([i + 1, photo]));
  const probes = people.slice(0, 300).map((person) => random.near(person, 0.83));
  const exact = probes.map((probe) => index.search(probe, 1));
  await index.settled();
  expect(index.state.scanned).toBe(0);
  const hits = probes.filter((probe, i) => index.search(probe, 1)[0]?.faceId === exact[i]?.[0]?.faceId);
  expect(hits.length / probes.length).toBeGreaterThanOrEqual(0.99);
});
