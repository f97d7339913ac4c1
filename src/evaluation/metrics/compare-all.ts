import { muOf, type OptionalCohort } from '../../gallery/scoring/cohort.js';
import { dot, tableOf } from '../../gallery/scoring/embedding-table.js';
import { normalisedScore } from '../../gallery/scoring/score-normalisation.js';
import type { Scores } from './error-rates.js';
import { ScoreHistogram } from './score-histogram.js';

/** A comparison of two images by their places in the list. */
export interface Comparison {
  score: number;
  a: number;
  b: number;
}

/** Scores of all comparisons within one part of the images. */
export interface GroupScores extends Scores {
  /** The impostor comparisons with the highest scores, highest first: look-alikes, twins, wrong labels. */
  closestImpostors: Comparison[];
  /** The genuine comparisons with the lowest scores, lowest first: bad photos, wrong faces, wrong labels. */
  farthestGenuine: Comparison[];
}

export interface AllComparisons {
  overall: GroupScores;
  /** By group number: the comparisons within it. */
  groups: GroupScores[];
}

/** Extreme comparisons that are kept. */
const EXTREMES = 20;

/** Rows compared at a time, so that both sides (2 · 64 · 2 kB) stay in the processor's second-level cache. */
const TILE = 64;

/**
 * Compares every image with every other one, each two once: n(n-1)/2 cosines, one to two million a second on one core.
 * @param embeddings of length 1 and of one dimension
 * @param identities by image: equal numbers are one person
 * @param cohort normalises the cosines; undefined leaves them as they are
 * @param groups by image, from 0 without gaps: comparisons between two groups count only in the overall scores
 */
export function compareAll(
  embeddings: readonly Float32Array[],
  identities: ArrayLike<number>,
  groups: ArrayLike<number>,
  cohort?: OptionalCohort,
): AllComparisons {
  const count = embeddings.length;
  const dimension = embeddings[0]?.length ?? 0;
  const table = tableOf(embeddings);
  const mus = embeddings.map((embedding) => muOf(cohort, embedding));
  const overall = new Collector();
  const groupCount = Array.from(groups).reduce((most, group) => Math.max(most, group + 1), 0);
  const collectors = Array.from({ length: groupCount }, () => new Collector());
  for (let top = 0; top < count; top += TILE) {
    const bottom = Math.min(top + TILE, count);
    for (let left = top; left < count; left += TILE) {
      const right = Math.min(left + TILE, count);
      for (let a = top; a < bottom; a++) {
        for (let b = Math.max(left, a + 1); b < right; b++) {
          const cosine = dot(table, a * dimension, b * dimension, dimension);
          const score = normalisedScore(cosine, mus[a] as number, mus[b] as number);
          const genuine = identities[a] === identities[b];
          overall.add(genuine, score, a, b);
          if (groups[a] === groups[b]) collectors[groups[a] as number]?.add(genuine, score, a, b);
        }
      }
    }
  }
  return { overall: overall.scores(), groups: collectors.map((collector) => collector.scores()) };
}

/** Cosine of two embeddings of length 1. */
export function cosine(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] as number) * (b[i] as number);
  return sum;
}

class Collector {
  private readonly genuine = new ScoreHistogram();
  private readonly impostor = new ScoreHistogram();
  private readonly closestImpostors = new Extremes((p, q) => p > q);
  private readonly farthestGenuine = new Extremes((p, q) => p < q);

  add(genuine: boolean, score: number, a: number, b: number): void {
    (genuine ? this.genuine : this.impostor).add(score);
    (genuine ? this.farthestGenuine : this.closestImpostors).offer(score, a, b);
  }

  scores(): GroupScores {
    return {
      genuine: this.genuine,
      impostor: this.impostor,
      closestImpostors: this.closestImpostors.list,
      farthestGenuine: this.farthestGenuine.list,
    };
  }
}

/** The few comparisons that come before all others. */
class Extremes {
  readonly list: Comparison[] = [];

  constructor(private readonly before: (p: number, q: number) => boolean) {}

  offer(score: number, a: number, b: number): void {
    const last = this.list[EXTREMES - 1];
    if (last && !this.before(score, last.score)) return;
    const place = this.list.findIndex((other) => this.before(score, other.score));
    this.list.splice(place < 0 ? this.list.length : place, 0, { score, a, b });
    if (this.list.length > EXTREMES) this.list.pop();
  }
}
