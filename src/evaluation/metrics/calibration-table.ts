import type { Calibration } from '../../models/manifest.js';
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
export function calibrationTable(scores: Scores, points: Calibration['points']): SimilarityRow[] {
  return SIMILARITIES.map((similarity) => {
    const rates = ratesAt(scores, cosineOf(similarity, points));
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
 * The lowest cosine that reaches a similarity: the inverse of calibratedSimilarity in gallery/similarity.ts.
 * @param points rising strictly in both coordinates, from cosine -1 to cosine 1
 */
export function cosineOf(similarity: number, points: Calibration['points']): number {
  const next = points.findIndex((point) => point.similarity >= similarity);
  const to = points[next];
  const from = points[next - 1];
  if (!to) return 1;
  if (!from) return to.cosine;
  const share = (similarity - from.similarity) / (to.similarity - from.similarity);
  return from.cosine * (1 - share) + to.cosine * share;
}
