import { muOf, type OptionalCohort } from '../../gallery/scoring/cohort.js';
import { dot, tableOf } from '../../gallery/scoring/embedding-table.js';
import { normalisedScore } from '../../gallery/scoring/score-normalisation.js';
import type { DataSetImage } from '../data-set.js';
import { ScoreHistogram } from '../metrics/score-histogram.js';
import { cosineOfRate, rateCurve } from './tail.js';

/** Two identities and how alike the network finds them. */
export interface PeoplePair {
  a: string;
  b: string;
  /** Mean cosine over all of their image pairs. */
  mean: number;
  /** Highest cosine of an image pair. */
  max: number;
  imagePairs: number;
  /**
   * Mean cosine of each one's own images, the lower one of the two; null where neither has two images. A pair that reaches
   * it cannot be told from one person.
   */
  own: number | null;
}

/** Scores of one population. */
export interface Strangers {
  images: number;
  people: number;
  /** Pairs of different people that count: those set aside and excluded are not among them. */
  peoplePairs: number;
  /**
   * Cosines between different people, where each pair of people has the weight 1, divided among its image pairs. A rate of
   * these scores is the chance that two random strangers of the population match, with a photo of each. Pairs of images
   * would give it to those who were photographed most: one look-alike of two stars with 30 photos each makes 900 errors.
   */
  scores: ScoreHistogram;
  /** The same among image pairs of one set only. */
  sameSet: ScoreHistogram;
  /** Cosines between different people, each image pair counted once. */
  byImage: ScoreHistogram;
  /** Cosines between images of one person. */
  genuine: ScoreHistogram;
  /** Pairs of people with the highest mean cosine, highest first, those set aside included. */
  closest: PeoplePair[];
  /** Pairs of people set aside because they are probably one person, highest mean first. */
  setAside: PeoplePair[];
  /** Mean cosine from which pairs were set aside; null where none was. */
  setAsideFrom: number | null;
}

/** Pairs of people that are listed for a look. */
const LISTED = 20;

/** Fewer genuine comparisons do not tell what one person looks like to the network. */
const MIN_GENUINE = 30;

/** Strangers that alike are expected in one of so many data sets: a pair that is found in this one is no pair of strangers. */
const SURPRISE = 10;

/**
 * Compares all images of different people with each other.
 *
 * One person under two names makes a pair of "strangers" that matches at any threshold, and among some hundred thousand
 * pairs four of those are a rate of 1e-5. So a pair of people is set aside when its mean cosine is what images of one
 * person have (all but their lowest quarter), and when the tail of all pairs, these included, would hold a pair that alike
 * in one of ten such data sets only. Real look-alikes below that stay in.
 * @param images with identities
 * @param embeddings by path, of length 1; images without one are left out
 * @param options.isExcluded says of which two identities nothing shall be believed
 * @param options.cohort normalises the cosines
 * @param options.trim whether to set pairs aside
 */
export function compareStrangers(
  images: readonly DataSetImage[],
  embeddings: ReadonlyMap<string, Float32Array>,
  options: { isExcluded: (a: string, b: string) => boolean; trim: boolean; cohort?: OptionalCohort },
): Strangers {
  const compared = images.filter(({ path }) => embeddings.has(path));
  const people = [...new Set(compared.map(({ identity }) => identity))];
  const ordered = people.map((person) => compared.filter(({ identity }) => identity === person));
  const vectors = ordered.flat().map(({ path }) => embeddings.get(path) as Float32Array);
  const table = tableOf(vectors);
  const mus = vectors.map((vector) => muOf(options.cohort, vector));
  const dimension = vectors[0]?.length ?? 0;
  const sets = ordered.flat().map(({ set }) => set);
  const starts = [0];
  for (const { length } of ordered) starts.push((starts.at(-1) ?? 0) + length);
  const cosineAt = (i: number, j: number) =>
    normalisedScore(dot(table, i * dimension, j * dimension, dimension), mus[i] as number, mus[j] as number);

  const genuine = new ScoreHistogram();
  const ownMeans = new Map<string, number>();
  forEachPerson((from, to, p) => {
    const cosines: number[] = [];
    for (let i = from; i < to; i++) for (let j = i + 1; j < to; j++) cosines.push(cosineAt(i, j));
    for (const cosine of cosines) genuine.add(cosine);
    if (cosines.length > 0) ownMeans.set(people[p] as string, meanOf(cosines));
  });
  const likeOne = options.trim && genuine.total >= MIN_GENUINE ? genuine.percentile(0.25) : Number.POSITIVE_INFINITY;

  const scores = new ScoreHistogram();
  const sameSet = new ScoreHistogram();
  const byImage = new ScoreHistogram();
  const closest: PeoplePair[] = [];
  const suspects: ScoredPair[] = [];
  let peoplePairs = 0;
  forEachPerson((from, to, p) => {
    for (let q = p + 1; q < people.length; q++) {
      const [a, b] = [people[p] as string, people[q] as string];
      if (options.isExcluded(a, b)) continue;
      const pair: ScoredPair = { a, b, cosines: [], within: [] };
      for (let i = from; i < to; i++) {
        for (let j = starts[q] as number; j < (starts[q + 1] as number); j++) {
          const cosine = cosineAt(i, j);
          pair.cosines.push(cosine);
          if (sets[i] === sets[j]) pair.within.push(cosine);
        }
      }
      peoplePairs++;
      count(pair, 1);
      const mean = meanOf(pair.cosines);
      if (mean > (closest[LISTED - 1]?.mean ?? -2)) insert(closest, described(pair));
      if (mean >= likeOne) suspects.push(pair);
      else for (const cosine of pair.cosines) byImage.add(cosine);
    }
  });

  const curve = rateCurve(scores, peoplePairs);
  const surprising = curve ? cosineOfRate(curve, 1 / SURPRISE / peoplePairs) : Number.POSITIVE_INFINITY;
  const setAside = suspects.filter(({ cosines }) => meanOf(cosines) >= surprising);
  for (const pair of setAside) count(pair, -1);
  for (const pair of suspects) {
    if (!setAside.includes(pair)) for (const cosine of pair.cosines) byImage.add(cosine);
  }
  return {
    images: compared.length,
    people: people.length,
    peoplePairs: peoplePairs - setAside.length,
    scores,
    sameSet,
    byImage,
    genuine,
    closest,
    setAside: setAside.map(described).sort((p, q) => q.mean - p.mean),
    setAsideFrom: setAside.length > 0 ? Math.max(likeOne, surprising) : null,
  };

  function forEachPerson(visit: (from: number, to: number, person: number) => void): void {
    people.forEach((_, p) => {
      visit(starts[p] as number, starts[p + 1] as number, p);
    });
  }

  function described({ a, b, cosines }: ScoredPair): PeoplePair {
    const own = [a, b].flatMap((person) => ownMeans.get(person) ?? []);
    return {
      a,
      b,
      mean: meanOf(cosines),
      max: Math.max(...cosines),
      imagePairs: cosines.length,
      own: own.length > 0 ? Math.min(...own) : null,
    };
  }

  /** @param sign 1 to count a pair of people, -1 to take it back */
  function count({ cosines, within }: ScoredPair, sign: number): void {
    for (const cosine of cosines) scores.add(cosine, sign / cosines.length);
    for (const cosine of within) sameSet.add(cosine, sign / within.length);
  }
}

/** Two people with the cosines of all of their image pairs, and of those within one set. */
interface ScoredPair {
  a: string;
  b: string;
  cosines: number[];
  within: number[];
}

function meanOf(numbers: readonly number[]): number {
  return numbers.reduce((sum, x) => sum + x, 0) / numbers.length;
}

/** Keeps the list in falling order and short. */
function insert(list: PeoplePair[], pair: PeoplePair): void {
  const place = list.findIndex(({ mean }) => pair.mean > mean);
  list.splice(place < 0 ? list.length : place, 0, pair);
  if (list.length > LISTED) list.pop();
}
