import type { Calibration } from '../../models/calibration.js';
import type { Centres } from './cohort.js';

/** How people are compared with a probe, and what their scores are told as. */
export interface SimilarityScale {
  /** What the embedder brings along to every tenant's cohort. */
  readonly centres: Centres | undefined;
  /** Whether cosines are normalised, and a person is more than the best of their faces. */
  readonly isNormalised: boolean;
  /** See person-score.ts. */
  readonly photosSlope: number;
  /**
   * 0 to 1, never falling as either rises.
   * @param score of a person
   * @param cosine of the person's nearest face, not corrected
   */
  similarity(score: number, cosine: number): number;
}

/** A corner of a scale. */
export interface ScalePoint {
  score: number;
  similarity: number;
}

/** What a calibration says beside its centres. */
export type ScaleParts = Pick<Calibration, 'points' | 'scorePoints' | 'identicalFrom' | 'photosSlope'>;

/** From here on two float32 vectors count as identical: a threshold of 1 must find what was added. */
const IDENTICAL = 1 - 1e-6;

/** From this cosine on two photos are nearly the same. No two people of the development photos reach 0.75. */
const IDENTICAL_FROM = 0.95;

/** The model's calibrated scale, or the raw cosine. */
export function scaleOf(
  mode: 'calibrated' | 'cosine',
  calibration: ScaleParts,
  centres?: Centres | undefined,
): SimilarityScale {
  return mode === 'cosine' ? rawCosine : calibratedScale(calibration, centres);
}

/**
 * The model's calibrated scale: straight lines between the manifest's points, clamped outside them. Two photos that are nearly
 * the same have what their cosine says at least, in a straight line up to 1, whatever their score.
 * @throws RangeError when the points are fewer than two or do not rise
 */
export function calibratedScale(calibration: ScaleParts, centres?: Centres): SimilarityScale {
  const onLines = piecewiseLinear(scalePoints(calibration));
  const { identicalFrom = IDENTICAL_FROM, photosSlope = 0 } = calibration;
  return {
    centres,
    isNormalised: true,
    photosSlope,
    similarity: (score, cosine) => {
      const identical = (cosine - identicalFrom) / (IDENTICAL - identicalFrom);
      return Math.min(1, Math.max(onLines(score), identical));
    },
  };
}

/** The raw cosine of the nearest face, for `SIMILARITY=cosine`; negative values count as 0. */
export const rawCosine: SimilarityScale = {
  centres: undefined,
  isNormalised: false,
  photosSlope: 0,
  similarity: (_score, cosine) => (cosine >= IDENTICAL ? 1 : cosine > 0 ? cosine : 0),
};

/** The corners of a calibration: for scores, or else for cosines, which scores are where nothing is normalised. */
export function scalePoints({ points, scorePoints }: Pick<ScaleParts, 'points' | 'scorePoints'>): ScalePoint[] {
  return scorePoints ?? (points ?? []).map(({ cosine, similarity }) => ({ score: cosine, similarity }));
}

/**
 * Straight lines between points, clamped outside them.
 * @param points corners, rising strictly in both coordinates; at least two
 * @throws RangeError when they are fewer or do not rise
 */
export function piecewiseLinear(points: readonly ScalePoint[]): (score: number) => number {
  const lines = points.slice(1).map((to, i) => {
    const from = points[i] as ScalePoint;
    if (!(to.score > from.score && to.similarity > from.similarity)) {
      throw new RangeError('Calibration points must rise in both coordinates');
    }
    return { from, to };
  });
  const [first] = points;
  if (!first || lines.length === 0) throw new RangeError('A calibration needs at least two points');

  return (score) => {
    if (!(score > first.score)) return first.similarity;
    const line = lines.find(({ to }) => score <= to.score);
    if (!line) return lines.at(-1)?.to.similarity ?? first.similarity;
    const { from, to } = line;
    // Weighting both ends meets each corner exactly, which from + slope * distance does not.
    const share = (score - from.score) / (to.score - from.score);
    return from.similarity * (1 - share) + to.similarity * share;
  };
}
