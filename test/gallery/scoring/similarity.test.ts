import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { calibratedScale, piecewiseLinear, rawCosine, scalePoints } from '../../../src/gallery/scoring/similarity.js';

const points = [
  { score: -1, similarity: 0 },
  { score: 0.243, similarity: 0.7 },
  { score: 0.336, similarity: 0.75 },
  { score: 0.477, similarity: 0.85 },
  { score: 1, similarity: 1 },
];
/** For raw cosines: not used where there are points for scores. */
const cosines = [
  { cosine: -1, similarity: 0 },
  { cosine: 0.5, similarity: 0.8 },
  { cosine: 1, similarity: 1 },
];

describe('straight lines between points', () => {
  const similarity = piecewiseLinear(points);

  it('straight lines between points meet the points exactly', () => {
    for (const point of points) expect(similarity(point.score)).toBe(point.similarity);
  });

  it('straight lines between points are straight', () => {
    expect(similarity((0.243 + 0.336) / 2)).toBeCloseTo(0.725, 12);
  });

  it('straight lines between points never fall, and stay between 0 and 1', () => {
    const values = Array.from({ length: 24_001 }, (_, i) => similarity((i - 12_000) / 10_000));
    expect(values).toEqual([...values].sort((a, b) => a - b));
    expect([values[0], values.at(-1)]).toEqual([0, 1]);
  });

  it('straight lines between points are clamped beyond the ends, and for NaN', () => {
    expect(similarity(1.1)).toBe(1);
    expect(similarity(-1.1)).toBe(0);
    expect(similarity(Number.NaN)).toBe(0);
  });

  it('straight lines between points need points that rise', () => {
    expect(() => piecewiseLinear([{ score: 1, similarity: 1 }])).toThrow(RangeError);
    expect(() => piecewiseLinear([points[1], points[0]].flatMap((p) => p ?? []))).toThrow(RangeError);
  });
});

test('vectors that are identical within float32 have similarity 1 on every scale, whatever their score', () => {
  for (const scale of [rawCosine, calibratedScale({ points: cosines, scorePoints: points })]) {
    for (const score of [-1, 0.2, 0.9]) {
      expect(scale.similarity(score, 0.9999998807907104)).toBe(1);
      expect(scale.similarity(score, 0.99999)).toBeLessThan(1);
    }
  }
});

test('two photos that are nearly the same have what their cosine says at least, up to 1', () => {
  const scale = calibratedScale({ points: cosines, scorePoints: points });
  expect(scale.similarity(0.243, 0.94)).toBe(0.7);
  expect(scale.similarity(0.243, 0.98)).toBe(0.7);
  expect(scale.similarity(0.243, 0.995)).toBeCloseTo(0.9, 4);
  expect(scale.similarity(0.9, 0.995)).toBe(piecewiseLinear(points)(0.9));
});

test('a calibration without points for scores takes those for cosines', () => {
  expect(calibratedScale({ points: cosines }).similarity(0.5, 0)).toBe(0.8);
  expect(scalePoints({ points: cosines, scorePoints: points })).toBe(points);
});

test('a similarity never falls as the score or the cosine rises, and stays between 0 and 1', () => {
  const scale = calibratedScale({ points: cosines, scorePoints: points, identicalFrom: 0.9 });
  const score = fc.double({ min: -2, max: 2, noNaN: true });
  const cosine = fc.double({ min: -1, max: 1, noNaN: true });
  fc.assert(
    fc.property(score, score, cosine, cosine, (s, t, c, d) => {
      const low = scale.similarity(Math.min(s, t), Math.min(c, d));
      const high = scale.similarity(Math.max(s, t), Math.max(c, d));
      return 0 <= low && low <= high + 1e-12 && high <= 1;
    }),
  );
});

test('the raw scale is the cosine of the nearest face, negative values as 0', () => {
  const similarity = (cosine: number) => rawCosine.similarity(0.3, cosine);
  expect([-1, -0.1, 0, 0.5, 1, 1.0000001, Number.NaN].map(similarity)).toEqual([0, 0, 0, 0.5, 1, 1, 0]);
});
