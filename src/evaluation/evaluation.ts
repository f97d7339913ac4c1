import { muOf, type OptionalCohort } from '../gallery/scoring/cohort.js';
import { normalisedScore } from '../gallery/scoring/score-normalisation.js';
import type { ScalePoint, SimilarityScale } from '../gallery/scoring/similarity.js';
import type { DataSetImage, PairList } from './data-set.js';
import type { Embedded } from './embed-images.js';
import { type GalleryResult, galleryResults } from './galleries/gallery-results.js';
import { type Group, groupScores } from './group-scores.js';
import { calibrationTable, type SimilarityRow } from './metrics/calibration-table.js';
import { type Comparison, cosine } from './metrics/compare-all.js';
import { type DiscardCurve, discardCurve } from './metrics/error-discard.js';
import { equalErrorRate, interval95, type OperatingPoint, type Scores, tarAtFmr } from './metrics/error-rates.js';
import {
  type BestThreshold,
  bestThresholdOf,
  type CrossValidation,
  crossValidate,
  type ScoredPairs,
} from './metrics/pair-accuracy.js';
import { ScoreHistogram } from './metrics/score-histogram.js';
import type { SetGroup } from './options.js';
import type { Selection } from './selection.js';

export interface Interval {
  low: number;
  high: number;
}

export interface Acquisition {
  attempted: number;
  failed: number;
  /** Failed images by reason, the commonest first. */
  failures: { reason: string; paths: string[] }[];
}

export interface PairListResult {
  name: string;
  genuine: number;
  impostor: number;
  /** Pairs with an image that gave no embedding. */
  notAcquired: number;
  /** Pairs that name a file that is not there; they count nowhere. */
  withMissingFiles: number;
  /** Null without pairs of both kinds. */
  accuracy: CrossValidation | null;
  best: BestThreshold;
  /** Of the acquired pairs. */
  eer: { rate: number; threshold: number } | null;
}

export interface TarRow {
  /** The false match rate that must not be exceeded. */
  target: number;
  /** Null where the data allow no false match at this rate. */
  point: (OperatingPoint & { fmr95: Interval; tar95: Interval }) | null;
}

/** All comparisons of a group of images with known identities. */
export interface GroupResult {
  /** A set's or group's name, or "all". */
  name: string;
  kind: 'all' | 'group' | 'set';
  /** Images that were compared. */
  images: number;
  /** Images with an identity that gave no embedding. */
  notAcquired: number;
  people: number;
  genuine: number;
  impostor: number;
  eer: { rate: number; threshold: number } | null;
  tarAtFmr: TarRow[];
  calibrated: SimilarityRow[];
  percentiles: { share: number; genuine: number; impostor: number }[];
  closestImpostors: NamedComparison[];
  farthestGenuine: NamedComparison[];
}

export interface NamedComparison {
  score: number;
  a: string;
  b: string;
}

export interface Evaluation {
  acquisition: Acquisition;
  /** What galleries of each group's people do; empty where there are too few people. */
  galleries: GalleryResult[];
  pairLists: PairListResult[];
  /** All images first, then the groups of sets that were asked for, then each set where there are several. */
  groups: GroupResult[];
  /** What leaving out photos of low quality does, where a group has enough comparisons. */
  discard: DiscardCurve[];
}

/** Scores for the plots. */
export interface NamedScores extends Scores {
  name: string;
  kind?: 'list' | GroupResult['kind'];
}

const TARGETS = [1e-2, 1e-3, 1e-4];
/** From here on there are at least ten false matches behind a rate of 1e-5. */
const IMPOSTORS_FOR_1E_5 = 1_000_000;
const PERCENTILES = [0, 0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99, 0.999, 1];

/** How the server compares faces. */
export interface Scoring {
  /** Corners of the scale. */
  points: readonly ScalePoint[];
  /** Of a gallery without people: pairs of photos are compared with it. */
  cohort: OptionalCohort;
  /** For galleries. */
  scale: SimilarityScale;
}

/**
 * Computes all numbers on recognition from the embedded images.
 * @param setGroups sets that get numbers together
 */
export function evaluate(
  { images, pairLists }: Pick<Selection, 'images' | 'pairLists'>,
  embedded: Embedded,
  { points, cohort, scale }: Scoring,
  setGroups: readonly SetGroup[] = [],
): { evaluation: Evaluation; scores: NamedScores[] } {
  const { embeddings, failures } = embedded;
  const lists = withPooled(pairLists).map((list) => ({ list, pairs: scorePairs(list, embeddings, cohort) }));
  const identified = images.filter(({ identity }) => identity !== '');
  const groups = groupScores(identified, embeddings, setGroups, cohort);
  return {
    evaluation: {
      acquisition: acquisition(images.length, failures),
      galleries: galleryResults(groups, embeddings, scale),
      pairLists: lists.map(({ list, pairs }) => pairListResult(list, pairs)),
      groups: groups.map((group) => groupResult(group, points)),
      discard: groups.flatMap((group) => discardCurve(group, embedded, cohort) ?? []),
    },
    scores: [
      ...lists.map(({ list, pairs }) => ({ name: list.name, kind: 'list' as const, ...histograms(pairs) })),
      ...groups.map(({ name, kind, scores: { genuine, impostor } }) => ({ name, kind, genuine, impostor })),
    ],
  };
}

/** The lists and, where there are several, all of their pairs as one more: a short list alone says little. */
function withPooled(lists: Selection['pairLists']): Selection['pairLists'] {
  if (lists.length < 2) return lists;
  const pooled = {
    name: 'all lists',
    pairs: lists.flatMap(({ pairs }) => pairs),
    pairsWithMissingFiles: lists.reduce((sum, { pairsWithMissingFiles }) => sum + pairsWithMissingFiles, 0),
  };
  return [...lists, pooled];
}

function acquisition(attempted: number, failed: ReadonlyMap<string, string>): Acquisition {
  const byReason = new Map<string, string[]>();
  for (const [path, reason] of failed) byReason.set(reason, [...(byReason.get(reason) ?? []), path]);
  const failures = [...byReason].map(([reason, paths]) => ({ reason, paths: paths.sort() }));
  return { attempted, failed: failed.size, failures: failures.sort((p, q) => q.paths.length - p.paths.length) };
}

function scorePairs({ pairs }: PairList, embeddings: Embedded['embeddings'], cohort: OptionalCohort): ScoredPairs {
  const score = ({ a, b }: PairList['pairs'][number]) => {
    const [first, second] = [embeddings.get(a), embeddings.get(b)];
    return first && second
      ? normalisedScore(cosine(first, second), muOf(cohort, first), muOf(cohort, second))
      : Number.NaN;
  };
  return { scores: Float64Array.from(pairs, score), same: Uint8Array.from(pairs, ({ same }) => Number(same)) };
}

function histograms({ scores, same }: ScoredPairs): Scores {
  const of = (kind: number) => ScoreHistogram.of(scores.filter((score, i) => same[i] === kind && !Number.isNaN(score)));
  return { genuine: of(1), impostor: of(0) };
}

function pairListResult(list: Selection['pairLists'][number], pairs: ScoredPairs): PairListResult {
  const genuine = list.pairs.filter(({ same }) => same).length;
  return {
    name: list.name,
    genuine,
    impostor: list.pairs.length - genuine,
    notAcquired: pairs.scores.filter(Number.isNaN).length,
    withMissingFiles: list.pairsWithMissingFiles,
    accuracy: crossValidate(pairs),
    best: bestThresholdOf(pairs),
    eer: equalErrorRate(histograms(pairs)),
  };
}

function groupResult(
  { name, kind, images, notAcquired, scores, compared }: Group,
  calibration: readonly ScalePoint[],
): GroupResult {
  const { genuine, impostor } = scores;
  const named = ({ score, a, b }: Comparison): NamedComparison => ({
    score,
    a: (compared[a] as DataSetImage).path,
    b: (compared[b] as DataSetImage).path,
  });
  const targets = impostor.total >= IMPOSTORS_FOR_1E_5 ? [...TARGETS, 1e-5] : TARGETS;
  return {
    name,
    kind,
    images: images.length,
    notAcquired,
    people: new Set(images.map(({ identity }) => identity)).size,
    genuine: genuine.total,
    impostor: impostor.total,
    eer: equalErrorRate(scores),
    tarAtFmr: targets.map((target) => tarRow(scores, target)),
    calibrated: calibrationTable(scores, calibration),
    percentiles: PERCENTILES.map((share) => ({
      share,
      genuine: genuine.percentile(share),
      impostor: impostor.percentile(share),
    })),
    closestImpostors: scores.closestImpostors.map(named),
    farthestGenuine: scores.farthestGenuine.map(named),
  };
}

function tarRow(scores: Scores, target: number): TarRow {
  const point = tarAtFmr(scores, target);
  if (!point) return { target, point };
  return {
    target,
    point: {
      ...point,
      fmr95: interval95(point.falseMatches, scores.impostor.total),
      tar95: interval95(point.trueMatches, scores.genuine.total),
    },
  };
}
