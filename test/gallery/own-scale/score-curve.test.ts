import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { quantileOf, rateOf, scoreCurve } from '../../../src/gallery/own-scale/score-curve.js';
import { normalQuantile } from '../../../src/util/normal-quantile.js';

/** Made by scripts/train/similarity/vectors.py. */
const example = JSON.parse(readFileSync('test/gallery/own-scale/curve.json', 'utf8')) as {
  scores: number[];
  pairs: number;
  measuredTo: number;
  start: number;
  slope: number;
  scoreOf: Record<string, number>;
};

test('the curve of equal weights is that of the reference', () => {
  const curve = scoreCurve(quantileOf(Float64Array.from(example.scores)), example.pairs);
  expect(curve.measuredTo).toBeCloseTo(example.measuredTo, 12);
  expect(curve.start).toBeCloseTo(example.start, 6);
  expect(curve.slope).toBeCloseTo(example.slope, 6);
  for (const [rate, score] of Object.entries(example.scoreOf)) {
    expect(curve.scoreOf(Number(rate)), rate).toBeCloseTo(score, 6);
  }
});

test('the rate of a score is the inverse', () => {
  const curve = scoreCurve(quantileOf(Float64Array.from(example.scores)), example.pairs);
  for (const rate of [1e-3, 1e-5, 1e-8]) expect(rateOf(curve, curve.scoreOf(rate)) / rate).toBeCloseTo(1, 6);
});

test('normal quantiles are those of the tables', () => {
  expect(normalQuantile(0.5)).toBe(0);
  expect(normalQuantile(0.975)).toBeCloseTo(1.959963984540054, 12);
  expect(normalQuantile(0.7)).toBeCloseTo(0.5244005127080407, 12);
  expect(normalQuantile(1e-4)).toBeCloseTo(-3.719016485455709, 12);
  expect(normalQuantile(1e-20)).toBeCloseTo(-9.26234008979841, 10);
  for (const share of [0, 1, Number.NaN]) expect(() => normalQuantile(share)).toThrow(RangeError);
});
