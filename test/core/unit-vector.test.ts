import { expect, test } from 'vitest';
import { assertUnit, isUnit, normalised, unitVector } from '../../src/core/unit-vector.js';
import { RandomVectors } from '../vector-index/random-vectors.js';

const unit = new RandomVectors(3).unit(512);
const times = (vector: Float32Array, factor: number) => vector.map((x) => x * factor);
const length = (vector: Float32Array) => Math.sqrt(vector.reduce((sum, x) => sum + x * x, 0));

test('a vector of any length is brought to length 1', () => {
  for (const factor of [1e-30, 0.5, 7, 1e30]) expect(length(normalised(times(unit, factor)) ?? unit)).toBeCloseTo(1, 6);
  // Their squares leave the doubles.
  expect(normalised([3e200, 4e200])).toEqual(Float32Array.of(0.6, 0.8));
  expect(normalised([3e-200, -4e-200])).toEqual(Float32Array.of(0.6, -0.8));
});

test('a vector without a direction has no unit vector', () => {
  for (const vector of [[], [0, 0], [1, Number.NaN], [1, Number.POSITIVE_INFINITY]])
    expect(normalised(vector)).toBeUndefined();
});

test('an embedding that has length 1 already is taken to the letter', () => {
  expect(unitVector(unit)).toBe(unit);
  expect(unitVector(times(unit, 3))).not.toBe(unit);
  expect(length(unitVector(times(unit, 3)))).toBeCloseTo(1, 6);
});

test.each([
  ['too few numbers', unit.slice(1)],
  ['a number that is none', unit.with(3, Number.NaN)],
  ['only zeros', new Float32Array(512)],
])('an embedding with %s is refused', (_, vector) => {
  expect(() => unitVector(vector)).toThrow('vector must be a JSON array of 512 finite numbers that are not all zero.');
});

test('what is stored or indexed must have length 1 and the right dimensions', () => {
  expect([isUnit(unit), isUnit(times(unit, 1.0005)), isUnit(times(unit, 1.002))]).toEqual([true, true, false]);
  expect(isUnit(unit.with(0, Number.NaN))).toBe(false);
  expect(() => assertUnit(unit, 512)).not.toThrow();
  expect(() => assertUnit(unit, 128)).toThrow('An embedding has 128 numbers, not 512');
  expect(() => assertUnit(times(unit, 2), 512)).toThrow('An embedding must have length 1');
});
