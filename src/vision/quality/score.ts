import type { FaceScores } from '../face-scorer.js';
import type { FaceMeasures } from './measures.js';

/** What to change about a photo, worst first. */
export const QUALITY_ADVICE = [
  'blurred',
  'dark',
  'bright',
  'uneven-light',
  'low-contrast',
  'small',
  'turned',
  'looks-up-or-down',
  'tilted',
  'eyes-closed',
  'mouth-open',
  'cut',
  'covered',
] as const;

export type QualityAdvice = (typeof QUALITY_ADVICE)[number];

/** How fit a face is to be found again. */
export interface FaceQuality {
  /** 0–100: how seldom photos like it fail to match. */
  score: number;
  /** What lowers it, the worst first; empty for a good photo. */
  advice: QualityAdvice[];
  measures: FaceMeasures;
}

interface Part {
  /** Null where there is nothing to say that the others do not say. */
  advice: QualityAdvice | null;
  /** The measure; null where the pack has no landmarks for it. */
  of(measures: FaceMeasures, scores: FaceScores | null): number | null;
  /** Where it is at its worst and at its best, rising or falling. */
  range: readonly [worst: number, best: number];
  /** How much it costs at its worst, as fitted. */
  weight: number;
}

/**
 * Fitted by scripts/train/quality/fit.py on which of 3,286 development photos fail to match the others of their person at a false
 * match rate of 1e-4. Weights of 0 are measures that told nothing there beside the others; they still advise.
 */
const PARTS: readonly Part[] = [
  { advice: 'blurred', of: ({ sharpness }) => sharpness, range: [-1.6, -0.6], weight: 0.239 },
  { advice: 'dark', of: ({ underexposed }) => underexposed, range: [0.25, 0], weight: 1.098 },
  { advice: 'bright', of: ({ overexposed }) => overexposed, range: [0.25, 0.01], weight: 0.467 },
  { advice: 'dark', of: ({ brightness }) => brightness, range: [0.05, 0.25], weight: 0 },
  { advice: 'bright', of: ({ brightness }) => brightness, range: [0.95, 0.8], weight: 0 },
  { advice: 'uneven-light', of: ({ evenness }) => evenness, range: [0.3, 0.9], weight: 0.474 },
  { advice: 'low-contrast', of: ({ contrast }) => contrast, range: [0.04, 0.14], weight: 0 },
  { advice: 'low-contrast', of: ({ dynamicRange }) => dynamicRange, range: [0.6, 0.9], weight: 0.198 },
  { advice: 'small', of: ({ eyeDistance }) => Math.log10(Math.max(1, eyeDistance)), range: [1.2, 1.9], weight: 0.983 },
  { advice: 'turned', of: ({ yaw }) => Math.abs(yaw), range: [50, 0], weight: 0.515 },
  { advice: 'looks-up-or-down', of: ({ pitch }) => Math.abs(pitch), range: [45, 0], weight: 0.907 },
  { advice: 'tilted', of: ({ roll }) => Math.abs(roll), range: [45, 0], weight: 0.983 },
  { advice: 'eyes-closed', of: ({ eyesOpen }) => eyesOpen, range: [0.01, 0.07], weight: 0 },
  { advice: 'mouth-open', of: ({ mouthOpen }) => mouthOpen, range: [0.35, 0.1], weight: 0.205 },
  { advice: 'cut', of: ({ margin }) => margin, range: [-0.15, 0.05], weight: 0 },
  { advice: null, of: ({ embeddingLength }) => embeddingLength, range: [0, 1], weight: 2.244 },
  { advice: 'covered', of: (_, scores) => (scores ? uncovered(scores) : null), range: [0.1, 0.97], weight: 1.051 },
];

/** What costs all 100 points. A tenth of the development photos score below 49, and half of them below 70. */
const FULL_COST = 6.35;

/** A part that costs so many points, or is so bad by itself, is worth a word. */
const WORTH_POINTS = 6;
const BAD = 0.35;

export function qualityOf(measures: FaceMeasures, scores: FaceScores | null): FaceQuality {
  const parts = PARTS.map(({ advice, of, range, weight }) => {
    const value = of(measures, scores);
    const lack = value === null ? 0 : 1 - goodness(value, range);
    return { advice, lack, points: (100 * weight * lack) / FULL_COST };
  });
  const cost = parts.reduce((sum, { points }) => sum + points, 0);
  const worst = parts
    .filter(({ lack, points }) => points >= WORTH_POINTS || 1 - lack < BAD)
    .sort((p, q) => q.points - p.points);
  return {
    score: Math.round(Math.max(0, 100 - cost)),
    advice: [...new Set(worst.flatMap(({ advice }) => advice ?? []))],
    measures,
  };
}

/** That neither mask nor sunglasses hide the face, and that it is one. */
function uncovered({ mask, sunglasses, face }: FaceScores): number {
  return 1 - Math.max(mask, sunglasses, 1 - face);
}

/** 0 at its worst, 1 at its best, and straight in between. */
function goodness(value: number, [worst, best]: Part['range']): number {
  return Math.max(0, Math.min(1, (value - worst) / (best - worst)));
}
