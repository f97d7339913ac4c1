import { normalQuantile } from '../../util/normal-quantile.js';

/** Fewer pairs of people than this do not tell a rate. */
const MEASURED_PAIRS = 10;
/** No rate below is measured, however many pairs there are, and none of so few that this one cannot be. */
const MIN_RATE = 1e-6;
const MAX_RATE = 0.02;
/** Rates whose scores the line is laid through, as far as they are measured. */
const LINE_RATES = [1, 2, 3, 4, 5, 6].flatMap((e) => [10 ** -e, 0.5 * 10 ** -e, 0.2 * 10 ** -e]);
/** What rounding may take off a rate. */
const ROUNDING = 0.999;

/** Which score a share of the pairs of strangers reaches. */
export interface ScoreCurve {
  /** Pairs of people behind it. */
  pairs: number;
  /** The lowest rate that is counted; scores of lower ones are extrapolated from a normal tail. */
  measuredTo: number;
  /** The line: score = start + slope · z, z the normal quantile of 1 − rate. */
  start: number;
  slope: number;
  /** @param rate above 0, below 1 */
  scoreOf(rate: number): number;
  /** The rate of the line alone, which suspects are told from. */
  onLine(rate: number): number;
}

/**
 * The curve of a population. Scores of rates that ten pairs of people stand for are counted; those of lower rates lie on
 * the line that the counted ones make over the normal quantile, which is straight in the development data from 1e-1 to
 * 1e-4. An exponential tail gives 0.42 there where 0.32 is counted.
 * @param quantile highest score that more than a share of the weight reaches
 * @param pairs of people
 */
export function scoreCurve(quantile: (rate: number) => number, pairs: number): ScoreCurve {
  const measuredTo = Math.min(Math.max(MEASURED_PAIRS / pairs, MIN_RATE), MAX_RATE);
  const rates = LINE_RATES.filter((rate) => rate >= measuredTo * ROUNDING);
  const scores = rates.map(quantile);
  const zs = rates.map(zOf);
  const [meanZ, meanScore] = [mean(zs), mean(scores)];
  const both = zs.reduce((sum, z, i) => sum + (z - meanZ) * ((scores[i] as number) - meanScore), 0);
  const slope = both / zs.reduce((sum, z) => sum + (z - meanZ) ** 2, 0);
  const start = meanScore - slope * meanZ;
  const last = scores.at(-1) as number;
  const onLine = (rate: number) => start + slope * zOf(rate);
  return {
    pairs,
    measuredTo,
    start,
    slope,
    onLine,
    scoreOf: (rate) => (rate >= measuredTo * ROUNDING ? quantile(rate) : Math.max(last, onLine(rate))),
  };
}

/** The rate at which a curve has a score: between its scores of 1e-12 and 0.999. */
export function rateOf({ scoreOf }: ScoreCurve, score: number): number {
  let [low, high] = [Math.log(1e-12), Math.log(0.999)];
  for (let i = 0; i < 60; i++) {
    const middle = (low + high) / 2;
    if (scoreOf(Math.exp(middle)) > score) low = middle;
    else high = middle;
  }
  return Math.exp(high);
}

/** @param scores in any order; all weigh the same */
export function quantileOf(scores: Float64Array): (rate: number) => number {
  const rising = scores.slice().sort();
  return (rate) => {
    // Sums of equal weights meet a rate only up to rounding.
    const above = Math.floor(rate * rising.length * (1 + 1e-12));
    return rising[Math.max(0, rising.length - 1 - above)] as number;
  };
}

function zOf(rate: number): number {
  return -normalQuantile(rate);
}

function mean(numbers: readonly number[]): number {
  return numbers.reduce((sum, x) => sum + x, 0) / numbers.length;
}
