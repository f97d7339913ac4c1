import { expect, test } from 'vitest';
import { FaceLikeVectors } from '../../../scripts/bench/face-like-vectors.js';
import { Arenas } from '../../../src/vector-index/scan/arenas.js';
import { ScanIndex } from '../../../src/vector-index/scan/scan-index.js';
import { askew } from '../askew.js';
import { batch } from '../batch.js';
import { RandomVectors } from '../random-vectors.js';

const LENGTH = 512;
const none = new Float32Array();
const ids = (matches: { faceId: number }[]) => matches.map(({ faceId }) => faceId);
const cosine = (a: Float32Array, b: Float32Array) => a.reduce((sum, x, i) => sum + x * (b[i] ?? 0), 0);

/** An index of `count` random vectors with face ids from 1 on, and the vectors. */
function filled(count: number, { arenas = new Arenas(), seed = 5 } = {}) {
  const random = new RandomVectors(seed);
  const index = new ScanIndex(arenas);
  const vectors = Array.from({ length: count }, () => random.unit(LENGTH));
  index.add(batch(...vectors.map((vector, i): [number, Float32Array] => [i + 1, vector])));
  return { index, vectors, random };
}

/** The face ids nearest to a probe, by exact cosines. */
function exact(vectors: ReadonlyMap<number, Float32Array>, probe: Float32Array, k: number): number[] {
  return [...vectors]
    .map(([faceId, vector]) => ({ faceId, cosine: cosine(vector, probe) }))
    .sort((a, b) => b.cosine - a.cosine || a.faceId - b.faceId)
    .slice(0, k)
    .map(({ faceId }) => faceId);
}

test('an empty index finds nothing', () => {
  const index = new ScanIndex(new Arenas());
  expect(index.search(new RandomVectors(1).unit(LENGTH), 5)).toEqual([]);
  expect(index.size).toBe(0);
});

test('every face is found at once, with its cosine within 0.005', () => {
  const { index, vectors, random } = filled(1000);
  for (const [i, vector] of vectors.entries()) {
    const probe = random.near(vector, 0.7);
    const [best] = index.search(probe, 1);
    expect(best?.faceId).toBe(i + 1);
    expect(Math.abs((best?.cosine ?? 2) - cosine(vector, probe))).toBeLessThan(0.005);
  }
});

test('of 6,000 vectors spread like faces, the nearest is among the best 16, for people in the index and for strangers', () => {
  const random = new FaceLikeVectors(3);
  const index = new ScanIndex(new Arenas());
  const people = Array.from({ length: 6000 }, () => random.person());
  const held = new Map(people.map((person, i) => [i + 1, random.image(person)]));
  index.add(batch(...held));
  const probes = [...people.slice(0, 50).map((person) => random.image(person))];
  for (let i = 0; i < 50; i++) probes.push(random.person());
  const hits = probes.filter((probe) => ids(index.search(probe, 16)).includes(exact(held, probe, 1)[0] as number));
  expect(hits.length).toBeGreaterThanOrEqual(99);
});

test.each([
  ['lie in the order of their axes', (vector: Float32Array) => vector],
  ['lie askew', askew],
])(
  'faces of a collection with a sieve are found, whatever is added and removed, when embeddings %s',
  async (_, turned) => {
    const random = new FaceLikeVectors(5);
    const index = new ScanIndex(new Arenas(9), { sieveFrom: 900, siftedCandidates: { least: 60, share: 0 } });
    const people = Array.from({ length: 1500 }, () => turned(random.person()));
    const image = (i: number) => {
      const along = people[i] as Float32Array;
      const away = turned(random.person());
      const vector = along.map((x, j) => 0.8 * x + 0.6 * (away[j] ?? 0));
      const length = Math.sqrt(cosine(vector, vector));
      return vector.map((x) => x / length);
    };
    const held = new Map<number, Float32Array>();
    const add = (i: number) => {
      held.set(i + 1, image(i));
      index.add(batch([i + 1, held.get(i + 1) ?? none]));
    };
    for (let i = 0; i < 1000; i++) add(i);
    // While it learns.
    index.remove([3, 500, 999]);
    for (const faceId of [3, 500, 999]) held.delete(faceId);
    await index.settled();
    for (let i = 1000; i < 1500; i++) add(i);
    for (let faceId = 10; faceId < 800; faceId += 2) {
      index.remove([faceId]);
      held.delete(faceId);
    }
    const hits = [...held.keys()].filter((faceId, n) => {
      if (n % 5 > 0) return true;
      const probe = image(faceId - 1);
      return ids(index.search(probe, 16)).includes(exact(held, probe, 1)[0] as number);
    });
    expect(hits.length).toBeGreaterThanOrEqual(held.size - 2);
    expect(new Set(ids(index.search(people[0] ?? none, 5000)))).toEqual(new Set(held.keys()));
  },
);

test('vectors that differ along all directions have no sieve, and are found', async () => {
  const random = new RandomVectors(8);
  const index = new ScanIndex(new Arenas(), { sieveFrom: 500 });
  const vectors = Array.from({ length: 600 }, () => random.unit(LENGTH));
  index.add(batch(...vectors.map((vector, i): [number, Float32Array] => [i + 1, vector])));
  await index.settled();
  for (const [i, vector] of vectors.entries()) expect(index.search(random.near(vector, 0.7), 1)[0]?.faceId).toBe(i + 1);
});

test('vectors with few numbers other than zero are told apart', () => {
  const index = new ScanIndex(new Arenas());
  const unit = (at: number) => Float32Array.from({ length: LENGTH }, (_, i) => (i === at ? 1 : 0));
  for (let at = 0; at < LENGTH; at++) index.add(batch([at + 1, unit(at)]));
  for (let at = 0; at < LENGTH; at++) {
    const [first, second] = index.search(unit(at), 2);
    expect(first).toEqual({ faceId: at + 1, cosine: 1 });
    expect(second?.cosine).toBe(0);
  }
});

test('writes in any order, over several arenas, leave exactly the faces that are held', () => {
  // Arenas of two pages: a collection of 900 faces lies in eight of them.
  const arenas = new Arenas(2);
  const other = filled(100, { arenas, seed: 6 });
  const { index, vectors, random } = filled(900, { arenas });
  const held = new Map(vectors.map((vector, i) => [i + 1, vector]));
  for (let turn = 0; turn < 3000; turn++) {
    const faceId = 1 + Math.floor(random.next() * 1200);
    if (random.next() < 0.5) {
      const vector = random.unit(LENGTH);
      index.add(batch([faceId, vector]));
      held.set(faceId, vector);
    } else {
      index.remove([faceId]);
      held.delete(faceId);
    }
  }
  expect(index.size).toBe(held.size);
  for (const [faceId, vector] of held) expect(index.search(vector, 1)[0]).toMatchObject({ faceId });
  expect(new Set(ids(index.search(random.unit(LENGTH), 5000)))).toEqual(new Set(held.keys()));
  for (const [i, vector] of other.vectors.entries()) expect(other.index.search(vector, 1)[0]?.faceId).toBe(i + 1);
});

test('one collection never finds a face of another that shares its memory, nor one that had its place before', async () => {
  const arenas = new Arenas();
  const first = filled(200, { arenas });
  const second = filled(50, { arenas, seed: 9 });
  expect(ids(second.index.search(first.vectors[0] ?? none, 1000)).sort((a, b) => a - b)).toEqual(
    second.vectors.map((_, i) => i + 1),
  );
  await first.index.close();
  const third = filled(10, { arenas, seed: 10 });
  const found = third.index.search(first.vectors[0] ?? none, 1000);
  expect(found).toHaveLength(10);
  for (const { cosine: near } of found) expect(near).toBeLessThan(0.5);
});

test('many copies of one vector do not hide the others, and the older ones come first', () => {
  const { index, vectors } = filled(200);
  for (let copy = 1; copy < 20; copy++) {
    index.add(batch(...vectors.map((vector, i): [number, Float32Array] => [copy * 1000 + i + 1, vector])));
  }
  for (const [i, vector] of vectors.entries()) {
    expect(ids(index.search(vector, 3))).toEqual([i + 1, 1000 + i + 1, 2000 + i + 1]);
  }
});

test('face ids beyond 32 bits are kept apart', () => {
  const { index, vectors, random } = filled(3);
  const vector = random.unit(LENGTH);
  index.add(batch([2 ** 32 + 1, vector]));
  expect(index.search(vector, 1)[0]?.faceId).toBe(2 ** 32 + 1);
  index.remove([2 ** 32 + 1]);
  expect(ids(index.search(vectors[0] ?? none, 1))).toEqual([1]);
});

test('embeddings that would spoil the index are refused, and none of their batch is added', () => {
  const { index, vectors } = filled(3);
  const [good = none] = vectors;
  const notANumber = good.map((x, i) => (i === 5 ? Number.NaN : x));
  for (const bad of [notANumber, good.map((x) => x * 2), new Float32Array(LENGTH), new Float32Array(8).fill(1)]) {
    expect(() => index.add(batch([8, good], [9, bad]))).toThrow(RangeError);
    expect(() => index.search(bad, 1)).toThrow(RangeError);
  }
  expect(index.size).toBe(3);
});
