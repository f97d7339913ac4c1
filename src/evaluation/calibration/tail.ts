import type { ScoreHistogram } from '../metrics/score-histogram.js';

/** False match rates of one population at any threshold: measured while there are errors enough, then extrapolated. */
export interface RateCurve {
  /** Pairs of people behind it. */
  peoplePairs: number;
  /** From this cosine on the rate is extrapolated. */
  measuredTo: number;
  /** The lowest rate that is measured, 0–1. */
  lowestMeasured: number;
  /** Mean excess of the tail, in cosine: the rate falls by e with each of it, by ten with 2.3 of them. */
  scale: number;
  /**
   * Shape of the generalised Pareto distribution that fits the tail best. At 0 the tail is exponential, as it is taken
   * here; below 0 it falls faster, so that the extrapolation errs on the safe side; clearly above 0 it promises too much.
   */
  shape: number;
  /** Rate at or above a cosine, 0–1, never rising with it. */
  rateAt(cosine: number): number;
}

/** A rate is measured while it stands for at least this many pairs of people: then it is known within a factor of two. */
const MEASURED_PAIRS = 10;

/** The tail is fitted to the scores of so many pairs of people: its slope is then known within about 10 %. */
const FITTED_PAIRS = 100;

/** The tail has to be a tail: a tenth of the scores at most. */
const MIN_PAIRS = 10 * FITTED_PAIRS;

/**
 * The curve of a population's false match rates. Where fewer than ten pairs of people are left, it goes on as an
 * exponential with the mean excess over the threshold that leaves a hundred. By the theorem of Pickands, Balkema and de
 * Haan the excesses over a high threshold follow a generalised Pareto distribution; its exponential case (shape 0) is
 * taken because a shape fitted to a hundred points says more about them than about what lies beyond. Bounded scores have a
 * shape of 0 or below. See S. Coles, An Introduction to Statistical Modeling of Extreme Values (2001), chapter 4; the
 * shape that is told is that of J. Hosking and J. Wallis, Technometrics 29 (1987), by probability-weighted moments.
 * @param peoplePairs pairs of people behind the scores
 * @returns null when they are too few, below 1,000 (46 people)
 */
export function rateCurve(scores: ScoreHistogram, peoplePairs: number): RateCurve | null {
  if (peoplePairs < MIN_PAIRS) return null;
  const lowestMeasured = MEASURED_PAIRS / peoplePairs;
  const measuredTo = scores.quantile(lowestMeasured);
  const { mean, mean1 } = scores.excess(scores.quantile(FITTED_PAIRS / peoplePairs));
  if (!(mean > 0)) return null;
  return {
    peoplePairs,
    measuredTo,
    lowestMeasured,
    scale: mean,
    shape: 2 - mean / (mean - 2 * mean1),
    rateAt: (cosine) =>
      cosine < measuredTo ? scores.survival(cosine) : lowestMeasured * Math.exp((measuredTo - cosine) / mean),
  };
}

/** The cosine of a rate that is extrapolated. */
export function cosineOfRate({ measuredTo, lowestMeasured, scale }: RateCurve, rate: number): number {
  return measuredTo + scale * Math.log(lowestMeasured / rate);
}
