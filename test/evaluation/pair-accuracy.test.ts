import { describe, expect, it } from 'vitest';
import { assignFolds, bestThresholdOf, crossValidate } from '../../src/evaluation/metrics/pair-accuracy.js';
import { normalCdf, normalScores } from './normal-scores.js';

/** Genuine scores first. */
const pairsOf = (genuine: ArrayLike<number>, impostor: ArrayLike<number>) => ({
  scores: Float64Array.from([...Array.from(genuine), ...Array.from(impostor)]),
  same: Uint8Array.from([...Array.from(genuine, () => 1), ...Array.from(impostor, () => 0)]),
});

describe('the best threshold', () => {
  it('the best threshold lies in the middle between separated scores', () => {
    expect(bestThresholdOf(pairsOf([0.6, 0.8], [0.1, 0.4]))).toEqual({
      threshold: 0.5,
      accuracy: 1,
      falseMatches: 0,
      falseNonMatches: 0,
    });
  });

  it('the best threshold is in the middle one of several best stretches', () => {
    // One error from 0.05 to 0.1 (impostor 0.3) and one from 0.3 to 0.5 (genuine 0.1); the centre of both is 0.275.
    const best = bestThresholdOf(pairsOf([0.1, 0.5, 0.6], [0.0, 0.05, 0.3]));
    expect(best).toMatchObject({ accuracy: 5 / 6, falseMatches: 0, falseNonMatches: 1 });
    expect(best.threshold).toBeCloseTo(0.4, 9);
  });

  it('the best threshold does not divide equal scores', () => {
    const best = bestThresholdOf(pairsOf([0.3, 0.3, 0.3], [0.3]));
    expect(best).toMatchObject({ accuracy: 0.75, falseMatches: 1, falseNonMatches: 0 });
    expect(best.threshold).toBeLessThan(0.3);
  });

  it('the best threshold refuses all pairs when that is best', () => {
    const best = bestThresholdOf(pairsOf([0.1], [0.5, 0.6]));
    expect(best).toMatchObject({ accuracy: 2 / 3, falseMatches: 0, falseNonMatches: 1 });
    expect(best.threshold).toBeGreaterThan(0.6);
  });

  it('the best threshold leaves out pairs that could not be acquired', () => {
    expect(bestThresholdOf(pairsOf([0.9, Number.NaN], [0.1])).accuracy).toBe(1);
    expect(bestThresholdOf(pairsOf([Number.NaN], [Number.NaN])).accuracy).toBeNaN();
  });
});

describe('the folds', () => {
  it('the folds have equal size and mix, and are the same on every run', () => {
    const same = Uint8Array.from({ length: 60 }, (_, i) => (i % 3 === 0 ? 1 : 0));
    const folds = assignFolds(same, 10);
    expect(assignFolds(same, 10)).toEqual(folds);
    for (let fold = 0; fold < 10; fold++) {
      const members = [...folds.keys()].filter((i) => folds[i] === fold);
      expect([members.length, members.filter((i) => same[i] === 1).length]).toEqual([6, 2]);
    }
  });

  it('the folds keep neighbours of the list together', () => {
    expect([...assignFolds(Uint8Array.from([1, 1, 1, 1, 0, 0, 0, 0]), 2)]).toEqual([0, 0, 1, 1, 0, 0, 1, 1]);
  });
});

describe('cross validation', () => {
  it('cross validation decides every fold with the threshold of the others', () => {
    // Two folds: {0.9, 0.2 | 0.1, 0.0} and {0.8, 0.7 | 0.6, 0.5}. The first one's best threshold 0.15 takes both impostors
    // of the second for genuine; the second one's, 0.65, loses the 0.2 of the first.
    const result = crossValidate(pairsOf([0.9, 0.2, 0.8, 0.7], [0.1, 0.0, 0.6, 0.5]), 2);
    expect(result?.all).toEqual({ folds: 2, mean: (0.75 + 0.5) / 2, standardError: expect.closeTo(0.125, 9) });
    expect(result?.acquired).toEqual(result?.all);
  });

  it('cross validation counts pairs that could not be acquired as errors, and shows what they cost', () => {
    const genuine = Array.from({ length: 20 }, (_, i) => (i === 3 ? Number.NaN : 0.9));
    const result = crossValidate(pairsOf(genuine, new Float64Array(20)), 10);
    expect(result?.all.mean).toBeCloseTo(39 / 40, 9);
    expect(result?.acquired.mean).toBe(1);
  });

  it('cross validation reaches the accuracy of two normal distributions', () => {
    // Each kind in an order that mixes high and low scores: 7919 is prime to both counts.
    const mixed = (scores: Float64Array) => scores.map((_, i) => scores[(i * 7919) % scores.length] as number);
    const result = crossValidate(pairsOf(mixed(normalScores(5000, 0.5, 0.1)), mixed(normalScores(5000, 0.1, 0.1))));
    expect(Math.abs((result?.all.mean ?? 0) - normalCdf(2))).toBeLessThan(0.002);
    expect(result?.all.folds).toBe(10);
  });

  it('cross validation is the same on every run', () => {
    const pairs = pairsOf(normalScores(200, 0.4, 0.2), normalScores(300, 0.1, 0.1));
    expect(crossValidate(pairs)).toEqual(crossValidate(pairs));
  });

  it('cross validation uses fewer folds when a kind has fewer pairs, and refuses one kind alone', () => {
    expect(crossValidate(pairsOf([0.9, 0.8, 0.7], new Float64Array(50)))?.all.folds).toBe(3);
    expect(crossValidate(pairsOf([0.9, 0.8, 0.7], []))).toBeNull();
  });
});
