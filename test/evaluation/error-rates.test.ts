import { describe, expect, it } from 'vitest';
import { detCurve, equalErrorRate, interval95, ratesAt, tarAtFmr } from '../../src/evaluation/metrics/error-rates.js';
import { ScoreHistogram } from '../../src/evaluation/metrics/score-histogram.js';
import { normalCdf, normalScores, quantile } from './normal-scores.js';

const scoresOf = (genuine: Iterable<number>, impostor: Iterable<number>) => ({
  genuine: ScoreHistogram.of(genuine),
  impostor: ScoreHistogram.of(impostor),
});

describe('the histogram of scores', () => {
  it('the histogram of scores counts what a threshold accepts, also a score that equals it', () => {
    const histogram = ScoreHistogram.of([-1, 0.1, 0.2, 0.3, 0.3, 1]);
    const accepted = (threshold: number) => ratesAt({ genuine: histogram, impostor: histogram }, threshold).trueMatches;
    expect([-1, 0.1, 0.2, 0.3, 0.30001, 1].map(accepted)).toEqual([6, 5, 4, 3, 1, 1]);
  });

  it('the histogram of scores keeps every multiple of its resolution exact', () => {
    for (let i = -1000; i <= 1000; i += 8) {
      const score = i / 1000;
      const one = ScoreHistogram.of([score]);
      const accepted = (threshold: number) => ratesAt({ genuine: one, impostor: one }, threshold).trueMatches;
      expect([accepted(score), accepted(score + 1e-5)], String(score)).toEqual([1, 0]);
    }
  });

  it('the histogram of scores gives percentiles by the nearest rank', () => {
    const histogram = ScoreHistogram.of([0.1, 0.2, 0.3, 0.4]);
    expect([0, 0.25, 0.26, 0.5, 0.75, 0.76, 1].map((share) => histogram.percentile(share))).toEqual(
      [0.1, 0.1, 0.2, 0.2, 0.3, 0.4, 0.4].map((score) => expect.closeTo(score, 5)),
    );
    expect(new ScoreHistogram().percentile(0.5)).toBeNaN();
  });

  it('the histogram of scores clamps values that rounding puts beyond 1', () => {
    const histogram = ScoreHistogram.of([1.0000001, -1.0000001]);
    expect(ratesAt({ genuine: histogram, impostor: histogram }, 1).trueMatches).toBe(1);
    expect(ratesAt({ genuine: histogram, impostor: histogram }, -1).trueMatches).toBe(2);
  });
});

describe('the equal error rate', () => {
  it('the equal error rate is 0 for scores that a threshold separates, in the middle between them', () => {
    const eer = equalErrorRate(scoresOf([0.6, 0.8], [0.1, 0.4]));
    expect(eer).toEqual({ rate: 0, threshold: expect.closeTo(0.5, 4) });
  });

  it('the equal error rate is the share of errors when both kinds err equally', () => {
    // From 0.31 to 0.4 one of four impostors matches and one of four genuine pairs does not.
    const eer = equalErrorRate(scoresOf([0.3, 0.5, 0.6, 0.7], [0.0, 0.1, 0.2, 0.4]));
    expect(eer).toEqual({ rate: 0.25, threshold: expect.closeTo(0.35, 4) });
  });

  it('the equal error rate is a half when all scores are equal', () => {
    expect(equalErrorRate(scoresOf([0.3, 0.3], [0.3, 0.3, 0.3]))?.rate).toBeCloseTo(0.5, 9);
  });

  it('the equal error rate is 1 when all scores are the wrong way round', () => {
    expect(equalErrorRate(scoresOf([0.1], [0.9]))?.rate).toBe(1);
  });

  it('the true accept rate is that of two normal distributions', () => {
    const scores = scoresOf(normalScores(20_000, 0.5, 0.1), normalScores(20_000, 0.1, 0.1));
    const eer = equalErrorRate(scores);
    expect(eer?.rate).toBeCloseTo(normalCdf(-2), 4);
    expect(eer?.threshold).toBeCloseTo(0.3, 3);
  });

  it('there is no equal error rate without scores of both kinds', () => {
    expect(equalErrorRate(scoresOf([0.5], []))).toBeNull();
    expect(equalErrorRate(scoresOf([], [0.5]))).toBeNull();
  });
});

describe('the true accept rate at a false match rate', () => {
  it('the true accept rate takes the lowest threshold that allows no more false matches', () => {
    const impostors = Array.from({ length: 100 }, (_, i) => i / 1000);
    const point = tarAtFmr(scoresOf([0.095, 0.0985, 0.2, 0.3], impostors), 0.02);
    expect(point).toMatchObject({ falseMatches: 2, fmr: 0.02, trueMatches: 3, tar: 0.75 });
    // The third highest impostor is 0.097, and the next threshold above refuses it.
    expect(point?.threshold).toBeCloseTo(0.09701, 6);
  });

  it('the true accept rate stays below the target when equal scores would exceed it', () => {
    const impostors = [...Array.from({ length: 97 }, () => 0), 0.5, 0.5, 0.5];
    expect(tarAtFmr(scoresOf([0.5, 0.6], impostors), 0.02)).toMatchObject({ falseMatches: 0, tar: 0.5 });
  });

  it('there is no true accept rate when not one false match is allowed', () => {
    expect(tarAtFmr(scoresOf([0.9], [0.1, 0.2]), 0.01)).toBeNull();
  });

  it('the true accept rate is that of two normal distributions', () => {
    const scores = scoresOf(normalScores(10_000, 0.5, 0.1), normalScores(100_000, 0.1, 0.1));
    for (const target of [1e-2, 1e-3, 1e-4]) {
      const threshold = 0.1 + 0.1 * quantile(1 - target);
      const point = tarAtFmr(scores, target);
      expect(point?.threshold, String(target)).toBeCloseTo(threshold, 2);
      expect(point?.tar, String(target)).toBeCloseTo(normalCdf((0.5 - threshold) / 0.1), 2);
    }
  });
});

describe('the DET curve', () => {
  it('the DET curve falls on one axis and rises on the other, with errors of both kinds at every point', () => {
    const points = detCurve(scoresOf(normalScores(2000, 0.5, 0.15), normalScores(5000, 0.1, 0.1)));
    expect(points.length).toBeGreaterThan(50);
    points.forEach(({ fmr, fnmr }, i) => {
      const before = points[i - 1];
      expect(fmr > 0 && fmr <= (before?.fmr ?? 1) && fnmr > 0 && fnmr >= (before?.fnmr ?? 0)).toBe(true);
    });
    expect(points.at(-1)?.fmr).toBeCloseTo(1 / 5000, 9);
  });

  it('the DET curve has no point at which one kind makes no error', () => {
    expect(detCurve(scoresOf([0.8, 0.9], [0.1, 0.2]))).toEqual([]);
  });
});

describe('the interval of a proportion', () => {
  it('the interval of a proportion is the published one', () => {
    // Newcombe (1998), table I: 81 of 263 and 15 of 148, score method.
    expect(interval95(81, 263)).toEqual({ low: expect.closeTo(0.2553, 4), high: expect.closeTo(0.3662, 4) });
    expect(interval95(15, 148)).toEqual({ low: expect.closeTo(0.0624, 4), high: expect.closeTo(0.1605, 4) });
  });

  it('the interval of a proportion is open above zero errors and below all errors', () => {
    expect(interval95(0, 20)).toEqual({ low: 0, high: expect.closeTo(0.1611, 4) });
    expect(interval95(20, 20)).toEqual({ low: expect.closeTo(0.8389, 4), high: 1 });
  });
});
