import type { SimilarityScale } from '../../gallery/scoring/similarity.js';
import { drawn, type TrialPerson } from './people.js';
import { TrialGallery } from './trial-gallery.js';

/** Thresholds that are tried. */
export const TRIED = [0.8, 0.85, 0.9] as const;

/** What happens at a threshold; shares 0–1, NaN where nothing was tried. Every person weighs the same, however many photos. */
export interface AtThreshold {
  similarity: number;
  /** Searches by an enrolled person's other photos whose best answer is that person. */
  found: number;
  /** Chance that a stranger's photo matches one enrolled person: every pair of people weighs the same. */
  perPair: number;
  /** Searches by a stranger's photo that find somebody. */
  perSearch: number;
}

export interface TrialResult {
  /** Photos enrolled for each person. */
  photos: number;
  /** People enrolled, the mean over all galleries. */
  enrolled: number;
  /** Different people who were searched as enrolled ones, and as strangers. */
  known: number;
  strangers: number;
  at: AtThreshold[];
}

/** One gallery and who stands before it. */
interface Split {
  enrolled: TrialPerson[];
  strangers: TrialPerson[];
  /** Enrolled people, with the photos that are not. */
  known: TrialPerson[];
}

/** A tenth of the people stay outside each gallery. */
const FOLDS = 10;
/** Small groups are drawn again and again, as chance would decide their numbers: until so many people were searched. */
const SEARCHED_PEOPLE = 400;
const MAX_DRAWS = 10;

/**
 * Each tenth of the people in turn are strangers to a gallery of all the others, and another tenth of them are searched with
 * the photos that were not enrolled; so everybody is a stranger once in each draw, and searched once.
 * @param people of one group
 * @param photos how many of each person are enrolled; who has fewer is a stranger only
 * @returns null when fewer than two people have so many
 */
export function tryGallery(people: readonly TrialPerson[], photos: number, scale: SimilarityScale): TrialResult | null {
  const folds = Math.min(FOLDS, people.length);
  return trial(people, photos, scale, (order) =>
    Array.from({ length: folds }, (_, fold) => {
      const inFold = (wanted: number) => order.filter((_, i) => i % folds === wanted);
      return {
        enrolled: able(
          order.filter((_, i) => i % folds !== fold),
          photos,
        ),
        strangers: inFold(fold),
        known: folds < 2 ? [] : inFold((fold + 1) % folds),
      };
    }),
  );
}

/**
 * Some people are enrolled and all others of the group walk past.
 * @param size how many people are enrolled
 * @returns null when there are not more people with so many photos
 */
export function tryStrangersAtDoor(
  people: readonly TrialPerson[],
  photos: number,
  size: number,
  scale: SimilarityScale,
): TrialResult | null {
  if (able(people, photos).length < size || people.length <= size) return null;
  return trial(people, photos, scale, (order) => {
    const enrolled = able(order, photos).slice(0, size);
    return [{ enrolled, strangers: order.filter((person) => !enrolled.includes(person)), known: [] }];
  });
}

function able(people: readonly TrialPerson[], photos: number): TrialPerson[] {
  return people.filter((person) => person.photos.length >= photos);
}

/** What the searches of all galleries came to; shares of a person's photos are added up. */
class Tally {
  readonly sums = TRIED.map((similarity) => ({ similarity, found: 0, pairs: 0, searches: 0 }));
  readonly known = new Set<string>();
  readonly strangers = new Set<string>();
  #searchedKnown = 0;
  #searchedStrangers = 0;
  #pairs = 0;

  addStranger(person: TrialPerson, gallery: TrialGallery): void {
    this.strangers.add(person.identity);
    this.#searchedStrangers++;
    this.#pairs += gallery.size;
    const weight = 1 / person.photos.length;
    for (const { embedding } of person.photos) {
      const ranked = gallery.search(embedding);
      for (const sum of this.sums) {
        const matches = ranked.filter(({ similarity }) => similarity >= sum.similarity).length;
        sum.pairs += weight * matches;
        if (matches > 0) sum.searches += weight;
      }
    }
  }

  /** @param photos the first so many of the person's are enrolled, the others are searched */
  addKnown(person: TrialPerson, photos: number, gallery: TrialGallery): void {
    const others = person.photos.slice(photos);
    if (others.length === 0) return;
    this.known.add(person.identity);
    this.#searchedKnown++;
    for (const { embedding } of others) {
      const [best] = gallery.search(embedding);
      if (best?.person.identity !== person.identity) continue;
      for (const sum of this.sums) if (best.similarity >= sum.similarity) sum.found += 1 / others.length;
    }
  }

  at(): AtThreshold[] {
    return this.sums.map(({ similarity, found, pairs, searches }) => ({
      similarity,
      found: found / this.#searchedKnown,
      perPair: pairs / this.#pairs,
      perSearch: searches / this.#searchedStrangers,
    }));
  }
}

function trial(
  people: readonly TrialPerson[],
  photos: number,
  scale: SimilarityScale,
  splits: (order: TrialPerson[]) => Split[],
): TrialResult | null {
  const draws = Math.min(MAX_DRAWS, Math.ceil(SEARCHED_PEOPLE / people.length));
  const tally = new Tally();
  let [galleries, enrolled] = [0, 0];
  for (let draw = 0; draw < draws; draw++) {
    for (const split of splits(drawn(people, draw))) {
      if (split.enrolled.length < 2) continue;
      const first = split.enrolled.map((person) => ({ ...person, photos: person.photos.slice(0, photos) }));
      const gallery = new TrialGallery(first, scale);
      galleries++;
      enrolled += gallery.size;
      for (const person of split.strangers) tally.addStranger(person, gallery);
      for (const person of split.known) tally.addKnown(person, photos, gallery);
    }
  }
  if (galleries === 0) return null;
  const { known, strangers } = tally;
  return { photos, enrolled: enrolled / galleries, known: known.size, strangers: strangers.size, at: tally.at() };
}
