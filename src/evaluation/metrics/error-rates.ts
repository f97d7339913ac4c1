import { EDGES, edgeOf, firstEdge, type ScoreHistogram, scoreAtEdge } from './score-histogram.js';

/** Scores of comparisons of one person with themselves, and of two people. Rates are named as in ISO/IEC 19795-1. */
export interface Scores {
  genuine: ScoreHistogram;
  impostor: ScoreHistogram;
}

/** What a threshold does; a score that equals it is a match. */
export interface OperatingPoint {
  threshold: number;
  /** False match rate: the share of impostor comparisons that match, 0–1. */
  fmr: number;
  /** The number of those. */
  falseMatches: number;
  /** True accept rate: the share of genuine comparisons that match, 0–1; the false non-match rate is 1 - tar. */
  tar: number;
  trueMatches: number;
}

/** @param edge from 0 to EDGES - 1, see score-histogram.ts */
function pointAtEdge({ genuine, impostor }: Scores, edge: number): OperatingPoint {
  const falseMatches = impostor.atOrAbove(edge);
  const trueMatches = genuine.atOrAbove(edge);
  return {
    threshold: scoreAtEdge(edge),
    fmr: falseMatches / impostor.total,
    falseMatches,
    tar: trueMatches / genuine.total,
    trueMatches,
  };
}

/** What a threshold does, from -1 to 1. Rates without comparisons are NaN. */
export function ratesAt(scores: Scores, threshold: number): OperatingPoint {
  return { ...pointAtEdge(scores, edgeOf(threshold)), threshold };
}

/**
 * Where false match rate and false non-match rate are equal. Between the two operating points around the crossing the
 * rates are taken as linear, which is what choosing between them at random would give; of a range of thresholds with
 * equal rates the middle is taken.
 * @returns null without genuine or without impostor scores
 */
export function equalErrorRate(scores: Scores): { rate: number; threshold: number } | null {
  if (scores.genuine.total === 0 || scores.impostor.total === 0) return null;
  const fmr = (edge: number) => scores.impostor.atOrAbove(edge) / scores.impostor.total;
  // Counted from the rejected, so that it is exactly 0 or 1 at the ends.
  const fnmr = (edge: number) => (scores.genuine.total - scores.genuine.atOrAbove(edge)) / scores.genuine.total;
  const excess = (edge: number) => fmr(edge) - fnmr(edge);
  // The excess falls from 1 at the lowest edge to -1 at the highest.
  const crossing = firstEdge((edge) => excess(edge) <= 0);
  if (excess(crossing) === 0) {
    const last = firstEdge((edge) => excess(edge) < 0) - 1;
    return { rate: fmr(crossing), threshold: (scoreAtEdge(crossing) + scoreAtEdge(last)) / 2 };
  }
  const [before, after] = [excess(crossing - 1), excess(crossing)];
  const share = before / (before - after);
  return {
    rate: fmr(crossing - 1) * (1 - share) + fmr(crossing) * share,
    threshold: scoreAtEdge(crossing - 1),
  };
}

/**
 * The true accept rate at the lowest threshold whose false match rate does not exceed the target.
 * @param target 0–1
 * @returns null when not even one false match would be allowed, so that the data cannot say
 */
export function tarAtFmr(scores: Scores, target: number): OperatingPoint | null {
  const allowed = Math.floor(target * scores.impostor.total + 1e-9);
  if (allowed < 1 || scores.genuine.total === 0) return null;
  return pointAtEdge(
    scores,
    firstEdge((edge) => scores.impostor.atOrAbove(edge) <= allowed),
  );
}

/** A point of the DET curve, both rates 0–1. */
export interface DetPoint {
  fmr: number;
  fnmr: number;
}

/** Points of a DET curve closer to each other than this, in decades, look the same. */
const DET_STEP = 0.01;

/**
 * The detection error trade-off from loose to strict thresholds, thinned for logarithmic axes: operating points where
 * both rates are above 0.
 */
export function detCurve(scores: Scores): DetPoint[] {
  const points: DetPoint[] = [];
  let last: DetPoint | undefined;
  let skipped: DetPoint | undefined;
  for (let edge = 0; edge < EDGES; edge++) {
    const { fmr, tar } = pointAtEdge(scores, edge);
    const point = { fmr, fnmr: 1 - tar };
    if (!(point.fmr > 0 && point.fnmr > 0)) continue;
    if (last && decades(last.fmr, point.fmr) < DET_STEP && decades(last.fnmr, point.fnmr) < DET_STEP) {
      skipped = point;
      continue;
    }
    // The corner before a long step belongs to the stairs that few errors make.
    if (skipped) points.push(skipped);
    points.push(point);
    skipped = undefined;
    last = point;
  }
  if (skipped) points.push(skipped);
  return points;
}

function decades(a: number, b: number): number {
  return Math.abs(Math.log10(a / b));
}

/**
 * Wilson's 95 % score interval of a proportion (E. B. Wilson, 1927), usable down to no event at all. It takes the trials
 * as independent; comparisons that share people are not, so the true uncertainty is larger.
 * @returns both limits 0–1, NaN without trials
 */
export function interval95(events: number, trials: number): { low: number; high: number } {
  const z = 1.959964;
  const p = events / trials;
  const scale = 1 / (1 + (z * z) / trials);
  const centre = scale * (p + (z * z) / (2 * trials));
  const half = scale * z * Math.sqrt((p * (1 - p)) / trials + (z * z) / (4 * trials * trials));
  return {
    low: events === 0 ? 0 : Math.max(0, centre - half),
    high: events === trials ? 1 : Math.min(1, centre + half),
  };
}
