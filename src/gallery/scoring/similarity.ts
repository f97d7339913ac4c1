import type { Calibration } from '../../models/manifest.js';
import { Crowding, noCrowding } from './crowding.js';

/** Maps the score of two faces (-1 to 1) to a similarity (0 to 1), never falling as the score rises. */
export type Similarity = (score: number) => number;

/** How two embeddings are compared. */
export interface SimilarityScale {
  crowding: Crowding;
  similarity: Similarity;
}

/** The model's calibrated scale, or the raw cosine. */
export function scaleOf(mode: 'calibrated' | 'cosine', calibration: Calibration): SimilarityScale {
  if (mode === 'cosine') return { crowding: noCrowding, similarity: cosineSimilarity };
  return { crowding: new Crowding(calibration.crowding), similarity: calibratedSimilarity(calibration.points) };
}

/** From here on two float32 vectors count as identical: a threshold of 1 must find what was added. */
const IDENTICAL = 1 - 1e-6;

/**
 * The model's calibrated scale: straight lines between the manifest's points, clamped outside them.
 * @param points corners, rising strictly in both coordinates; at least two
 * @throws RangeError when they are fewer or do not rise
 */
export function calibratedSimilarity(points: Calibration['points']): Similarity {
  const lines = points.slice(1).map((to, i) => {
    const from = points[i] as (typeof points)[number];
    if (!(to.cosine > from.cosine && to.similarity > from.similarity)) {
      throw new RangeError('Calibration points must rise in both coordinates');
    }
    return { from, to };
  });
  const [first] = points;
  if (!first || lines.length === 0) throw new RangeError('A calibration needs at least two points');

  return (cosine) => {
    if (cosine >= IDENTICAL) return points.at(-1)?.similarity ?? 1;
    if (!(cosine > first.cosine)) return first.similarity;
    const line = lines.find(({ to }) => cosine <= to.cosine);
    if (!line) return lines.at(-1)?.to.similarity ?? first.similarity;
    const { from, to } = line;
    // Weighting both ends meets each corner exactly, which from + slope * distance does not.
    const share = (cosine - from.cosine) / (to.cosine - from.cosine);
    return from.similarity * (1 - share) + to.similarity * share;
  };
}

/** The raw cosine, for `SIMILARITY=cosine`; negative values count as 0. */
export const cosineSimilarity: Similarity = (cosine) => (cosine >= IDENTICAL ? 1 : cosine > 0 ? cosine : 0);
