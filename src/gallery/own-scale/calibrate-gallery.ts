import { OperatorError } from '../../util/operator-error.js';
import type { Centres } from '../scoring/cohort.js';
import type { ScalePoint } from '../scoring/similarity.js';
import { compareAtDoor } from './compare-at-door.js';
import { DoorScores, GROUPS } from './door-scores.js';
import { type GalleryPerson, MIN_PEOPLE } from './gallery-person.js';
import type { OwnScale } from './own-scale.js';
import { rateOf, type ScoreCurve, scoreCurve } from './score-curve.js';
import { findSuspects, type Suspect, withoutSuspects } from './suspects.js';

/** The score of one false match rate. */
export type RatePoint = OwnScale['rates'][number];

export interface GalleryCalibration {
  tenants: number;
  /** People that were compared: those of the suspects that were left out are not among them. */
  people: number;
  faces: number;
  /** Pairs of different people of one tenant. */
  pairs: number;
  curve: ScoreCurve;
  rates: RatePoint[];
  /** Corners of the scale, from a score of -1 to 1. */
  points: ScalePoint[];
  suspects: Suspect[];
}

/** No tenant has enough people for a calibration. */
export class TooFewPeopleError extends OperatorError {}

/** What the scale promises: from 0.65 on each 0.05 is a tenth of the rate. */
const PROMISES = [1, 2, 3, 4, 5, 6].map((e) => ({ rate: 10 ** -e, similarity: (60 + 5 * e) / 100 }));

/** Scores of the scale are rounded up to this, and lie so far apart at least. */
const STEP = 0.001;

/** Standard errors on each side that leave 5 of 100 outside. */
const TWO_SIDED = 1.96;

/**
 * Estimates the scale of a gallery's own population: each pair of different people of one tenant is a pair of strangers.
 * The bounds come from a jackknife that leaves out one of twenty groups of people in turn (B. Efron and C. Stein, Annals of
 * Statistics 9 (1981), 586–596): pairs share people and are not independent, so their number alone says too little.
 * @param tenants people by tenant, each in the order in which they are chosen for cohorts; never compared with each other
 * @throws OperatorError when no tenant has enough people, or their scores make no scale
 */
export function calibrateGallery(
  tenants: readonly (readonly GalleryPerson[])[],
  centres: Centres | undefined,
): GalleryCalibration {
  const scores = new DoorScores();
  const suspects: Suspect[] = [];
  const kept: number[] = [];
  let [people, faces] = [0, 0];
  for (const tenant of tenants) {
    const found = tenant.length < MIN_PEOPLE ? [] : findSuspects(tenant);
    const others = withoutSuspects(tenant, found);
    suspects.push(...found);
    if (others.length < MIN_PEOPLE) continue;
    compareAtDoor(others, centres, scores, people);
    kept.push(others.length);
    people += others.length;
    faces += others.reduce((sum, person) => sum + person.faces.length, 0);
  }
  if (kept.length === 0) throw tooFew(tenants, suspects.length);
  const curve = scoreCurve(scores.quantile(), pairsOf(kept));
  const without = Array.from({ length: GROUPS }, (_, group) =>
    scoreCurve(scores.quantile(group), pairsOf(withoutGroup(kept, group))),
  );
  const rates = PROMISES.map(({ rate, similarity }): RatePoint => {
    const score = curve.scoreOf(rate);
    const margin = TWO_SIDED * standardError(without.map((one) => one.scoreOf(rate)));
    const isExtrapolated = rate < curve.measuredTo;
    return { rate, similarity, score, low: score - margin, high: score + margin, isExtrapolated };
  });
  return {
    tenants: kept.length,
    people,
    faces,
    pairs: curve.pairs,
    curve,
    rates,
    points: pointsOf(rates),
    suspects: suspects.sort((p, q) => q.cosine - p.cosine),
  };
}

/** False match rates, in this population, of the similarities of another scale. */
export function ratesUnder(curve: ScoreCurve, points: readonly ScalePoint[]): { similarity: number; rate: number }[] {
  return PROMISES.flatMap(({ similarity }) => {
    const score = scoreAt(points, similarity);
    return score === undefined ? [] : [{ similarity, rate: rateOf(curve, score) }];
  });
}

/** The scale whose similarities ask for the higher of both scales' scores. */
export function stricter(points: readonly ScalePoint[], others: readonly ScalePoint[]): ScalePoint[] {
  return points.map(({ score, similarity }) => {
    const other = similarity > 0 && similarity < 1 ? scoreAt(others, similarity) : undefined;
    return { score: Number(Math.max(score, other ?? score).toFixed(6)), similarity };
  });
}

/** Undefined above the last point. */
function scoreAt(points: readonly ScalePoint[], similarity: number): number | undefined {
  const to = points.findIndex((point) => point.similarity >= similarity - 1e-9);
  const [before, after] = [points[to - 1], points[to]];
  if (!before || !after) return after?.score;
  const share = (similarity - before.similarity) / (after.similarity - before.similarity);
  return before.score + share * (after.score - before.score);
}

function pointsOf(rates: readonly RatePoint[]): ScalePoint[] {
  const points: ScalePoint[] = [{ score: -1, similarity: 0 }];
  let last = -Infinity;
  for (const { score, similarity } of rates) {
    const steps = Math.max(Math.ceil(score / STEP - 1e-6), Math.round(last / STEP) + 1);
    last = steps * STEP;
    points.push({ score: Number(last.toFixed(3)), similarity });
  }
  const isScale = points.every(({ score }, i) => Number.isFinite(score) && (i === 0 || score > -1) && score < 1);
  if (!isScale) throw new OperatorError('The scores of these people make no scale: they do not lie between -1 and 1.');
  return [...points, { score: 1, similarity: 1 }];
}

function tooFew(tenants: readonly (readonly GalleryPerson[])[], suspects: number): TooFewPeopleError {
  const most = Math.max(0, ...tenants.map(({ length }) => length));
  const doubled = suspects > 0 ? ` (of whom ${suspects} pairs are probably one person each)` : '';
  return new TooFewPeopleError(
    `The largest tenant has ${most} people with faces of this model${doubled}; a calibration needs ${MIN_PEOPLE} different ones. The pack's scale stays.`,
  );
}

function pairsOf(people: readonly number[]): number {
  return people.reduce((sum, n) => sum + (n * (n - 1)) / 2, 0);
}

/** People of each tenant when those of a group are left out; person i of all is in group i mod GROUPS. */
function withoutGroup(people: readonly number[], group: number): number[] {
  let first = 0;
  return people.map((count) => {
    const offset = (group - (first % GROUPS) + GROUPS) % GROUPS;
    first += count;
    return count - Math.max(0, Math.ceil((count - offset) / GROUPS));
  });
}

function standardError(values: readonly number[]): number {
  const mean = values.reduce((sum, x) => sum + x, 0) / values.length;
  const squares = values.reduce((sum, x) => sum + (x - mean) ** 2, 0);
  return Math.sqrt(((values.length - 1) / values.length) * squares);
}
