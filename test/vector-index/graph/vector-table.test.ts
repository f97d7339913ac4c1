import { expect, test } from 'vitest';
import { VectorTable } from '../../../src/vector-index/graph/vector-table.js';
import { RandomVectors } from '../random-vectors.js';

const random = new RandomVectors(3);

test('a vector table finds the nearest in order, with the cosine that arithmetic gives', () => {
  const table = new VectorTable(4);
  table.add(1, Float32Array.of(1, 0, 0, 0));
  table.add(2, Float32Array.of(0, 1, 0, 0));
  table.add(3, Float32Array.of(0.6, 0.8, 0, 0));
  const matches = table.nearest(Float32Array.of(1, 0, 0, 0), 3);
  expect(matches.map(({ faceId }) => faceId)).toEqual([1, 3, 2]);
  expect(matches.map(({ cosine }) => cosine)).toEqual([1, Math.fround(0.6), 0]);
});

test('of equally near faces the older one wins, in whatever order they came', () => {
  const table = new VectorTable(4);
  for (const faceId of [5, 2, 9, 1]) table.add(faceId, Float32Array.of(1, 0, 0, 0));
  expect(table.nearest(Float32Array.of(1, 0, 0, 0), 2).map(({ faceId }) => faceId)).toEqual([1, 2]);
});

test('a vector table stays correct through growth beyond a block and removals in any order', () => {
  const table = new VectorTable(8);
  const held = new Map<number, Float32Array>();
  for (let faceId = 1; faceId <= 2500; faceId++) held.set(faceId, random.unit(8));
  for (const [faceId, vector] of held) table.add(faceId, vector);
  for (const faceId of [2500, 1, 1024, 1025, 2049, 77]) {
    expect(table.remove(faceId)).toBe(true);
    expect(table.remove(faceId)).toBe(false);
    held.delete(faceId);
  }
  for (let faceId = 100; faceId < 2400; faceId++) if (held.delete(faceId)) table.remove(faceId);
  expect(table.size).toBe(held.size);
  expect(new Set(table.faceIds())).toEqual(new Set(held.keys()));
  for (const [faceId, vector] of held) {
    expect(table.get(faceId)).toEqual(vector);
    expect(table.nearest(vector, 1)).toMatchObject([{ faceId }]);
  }
});

test('a removed vector leaves no bytes behind', () => {
  const table = new VectorTable(4);
  table.add(1, Float32Array.of(1, 0, 0, 0));
  table.add(2, Float32Array.of(0, 1, 0, 0));
  const memory = new Float32Array(table.get(1)?.buffer ?? new ArrayBuffer(0));
  table.remove(1);
  expect([...memory.subarray(0, 8)]).toEqual([0, 1, 0, 0, 0, 0, 0, 0]);
  table.clear();
  expect(memory.every((x) => x === 0)).toBe(true);
});
