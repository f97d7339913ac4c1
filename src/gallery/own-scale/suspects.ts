import { dot, tableOf } from '../scoring/embedding-table.js';
import type { GalleryPerson } from './gallery-person.js';
import { quantileOf, scoreCurve } from './score-curve.js';

/** Two users of one tenant who are probably one person. */
export interface Suspect {
  a: GalleryPerson;
  b: GalleryPerson;
  /** Mean cosine of all pairs of their photos. */
  cosine: number;
}

/** Mean cosine of two photos of one person that a quarter of the people stay under, where a gallery cannot tell it itself. */
const SAME_PERSON = 0.55;
/** Pairs of photos of one person, and people with several photos, that it takes to tell it. */
const MIN_GENUINE = 30;
const MIN_OWN = 4;

/** Strangers that alike are expected in one of so many galleries. */
const SURPRISE = 10;

/**
 * Users of one tenant who are probably one person, who would make a pair of strangers that matches at any threshold: as
 * alike as photos of one person are (all people but a quarter), and so alike that a gallery of strangers of this size
 * would hold such a pair in one of ten cases only. Equal ids in two collections need the former only: the one person who
 * is enrolled for two doors. Real look-alikes stay.
 * @param people of one tenant
 * @returns the most alike first
 */
export function findSuspects(people: readonly GalleryPerson[]): Suspect[] {
  const means = people.map(({ faces }) => meanOf(faces));
  const table = tableOf(means);
  const dimension = means[0]?.length ?? 0;
  const same = samePerson(people, means);
  const cosines = new Float64Array((people.length * (people.length - 1)) / 2);
  const suspects: Suspect[] = [];
  const others: Suspect[] = [];
  let strangers = 0;
  for (const [i, a] of people.entries()) {
    for (let j = i + 1; j < people.length; j++) {
      const b = people[j] as GalleryPerson;
      const cosine = dot(table, i * dimension, j * dimension, dimension);
      if (cosine >= same && a.id === b.id) {
        suspects.push({ a, b, cosine });
        continue;
      }
      cosines[strangers++] = cosine;
      if (cosine >= same) others.push({ a, b, cosine });
    }
  }
  if (others.length > 0) {
    const { onLine } = scoreCurve(quantileOf(cosines.subarray(0, strangers)), strangers);
    const surprising = onLine(1 / SURPRISE / strangers);
    suspects.push(...others.filter(({ cosine }) => cosine >= surprising));
  }
  return suspects.sort((p, q) => q.cosine - p.cosine);
}

/** The people without one of each pair: the one with fewer photos, or whose place sorts first. */
export function withoutSuspects(people: readonly GalleryPerson[], suspects: readonly Suspect[]): GalleryPerson[] {
  const out = new Set(suspects.map(({ a, b }) => (comesFirst(a, b) ? a : b)));
  return people.filter((person) => !out.has(person));
}

function comesFirst(a: GalleryPerson, b: GalleryPerson): boolean {
  if (a.faces.length !== b.faces.length) return a.faces.length < b.faces.length;
  return a.id === b.id ? a.collection < b.collection : a.id < b.id;
}

function samePerson(people: readonly GalleryPerson[], means: readonly Float32Array[]): number {
  const own = people.flatMap(({ faces: { length: n } }, i) => {
    const mean = means[i] as Float32Array;
    const square = mean.reduce((sum, x) => sum + x * x, 0);
    return n > 1 ? [(square * n * n - n) / (n * (n - 1))] : [];
  });
  const genuine = people.reduce((sum, { faces: { length: n } }) => sum + (n * (n - 1)) / 2, 0);
  return genuine >= MIN_GENUINE && own.length >= MIN_OWN ? lowerQuartile(own) : SAME_PERSON;
}

/** With straight lines between the numbers. */
function lowerQuartile(numbers: readonly number[]): number {
  const rising = [...numbers].sort((p, q) => p - q);
  const place = (rising.length - 1) / 4;
  const below = rising[Math.floor(place)] as number;
  return below + (place % 1) * ((rising[Math.ceil(place)] as number) - below);
}

/** Not of length 1: the product of two is the mean cosine of all pairs of photos. */
function meanOf(faces: readonly Float32Array[]): Float32Array {
  return Float32Array.from(faces[0] as Float32Array, (_, i) => {
    return faces.reduce((sum, face) => sum + (face[i] as number), 0) / faces.length;
  });
}
