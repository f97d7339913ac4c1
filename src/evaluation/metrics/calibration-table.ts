import type { ScalePoint } from '../../gallery/scoring/similarity.js';
import { interval95, type OperatingPoint, ratesAt, type Scores } from './error-rates.js';

/** What a calibrated similarity does on the data. */
export interface SimilarityRow extends OperatingPoint {
  similarity: number;
  /** The false match rate that the scale promises at this similarity. */
  promisedFmr: number;
  fmr95: { low: number; high: number };
}

const SIMILARITIES = [0.7, 0.75, 0.8, 0.85, 0.9, 0.95];

/** False match and true accept rates of a model's calibrated similarities, 0.70 to 0.95. */
export function calibrationTable(scores: Scores, points: readonly ScalePoint[]): SimilarityRow[] {
  return SIMILARITIES.map((similarity) => {
    const rates = ratesAt(scores, scoreOf(similarity, points));
    return {
      similarity,
      promisedFmr: promisedFmr(similarity),
      ...rates,
      fmr95: interval95(rates.falseMatches, scores.impostor.total),
    };
  });
}

/** The calibrated scale's promise: 0.85 is one false match in 100,000, and each 0.05 ten times fewer. */
export function promisedFmr(similarity: number): number {
  return 10 ** (-5 - (similarity - 0.85) / 0.05);
}

/**
 * The lowest score that reaches a similarity: the inverse of piecewiseLinear in gallery/scoring/similarity.ts.
 * @param points rising strictly in both coordinates, from the lowest similarity to 1
 */
export function scoreOf(similarity: number, points: readonly ScalePoint[]): number {
  const next = points.findIndex((point) => point.similarity >= similarity);
  const to = points[next];
  const from = points[next - 1];
  if (!to) return 1;
  if (!from) return to.score;
  const share = (similarity - from.similarity) / (to.similarity - from.similarity);
  return from.score * (1 - share) + to.score * share;
}
