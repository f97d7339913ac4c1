import { expect, test } from 'vitest';
import { calibratedSimilarity, cosineSimilarity } from '../../../src/gallery/scoring/similarity.js';

const points = [
  { cosine: -1, similarity: 0 },
  { cosine: 0.243, similarity: 0.7 },
  { cosine: 0.336, similarity: 0.75 },
  { cosine: 0.477, similarity: 0.85 },
  { cosine: 1, similarity: 1 },
];
const similarity = calibratedSimilarity(points);

test('the corners map to the letter', () => {
  for (const point of points) expect(similarity(point.cosine)).toBe(point.similarity);
});

test('between two corners the line is straight', () => {
  expect(similarity((0.243 + 0.336) / 2)).toBeCloseTo(0.725, 12);
});

test('it never falls, and stays between 0 and 1', () => {
  const values = Array.from({ length: 24_001 }, (_, i) => similarity((i - 12_000) / 10_000));
  expect(values).toEqual([...values].sort((a, b) => a - b));
  expect([values[0], values.at(-1)]).toEqual([0, 1]);
});

test('beyond the ends, and without a number, it is clamped', () => {
  expect(similarity(1.1)).toBe(1);
  expect(similarity(-1.1)).toBe(0);
  expect(similarity(Number.NaN)).toBe(0);
});

test('a cosine that float32 rounded below 1 is still 1 within float32', () => {
  expect(similarity(0.9999998807907104)).toBeCloseTo(1, 6);
});

test('points that do not rise are refused', () => {
  expect(() => calibratedSimilarity([{ cosine: 1, similarity: 1 }])).toThrow(RangeError);
  expect(() => calibratedSimilarity([points[1], points[0]].flatMap((p) => p ?? []))).toThrow(RangeError);
});

test('the raw scale is the cosine, negative values as 0', () => {
  expect([-1, -0.1, 0, 0.5, 1, 1.0000001, Number.NaN].map(cosineSimilarity)).toEqual([0, 0, 0, 0.5, 1, 1, 0]);
});

test('vectors that are identical within float32 have similarity 1 on both scales', () => {
  const calibrated = calibratedSimilarity([
    { cosine: -1, similarity: 0 },
    { cosine: 1, similarity: 1 },
  ]);
  for (const scale of [calibrated, cosineSimilarity]) {
    expect(scale(0.9999998807907104)).toBe(1);
    expect(scale(0.99999)).toBeLessThan(1);
  }
});
