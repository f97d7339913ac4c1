import { EMBEDDING_LENGTH } from '../../core/embedding.js';
import { type Centres, Cohort, MAX_OWN_PEOPLE, muOf } from '../scoring/cohort.js';
import { differentPeople } from '../scoring/different-people.js';
import { DotTable } from '../scoring/dot-table.js';
import { dot, tableOf } from '../scoring/embedding-table.js';
import { normalisedScore } from '../scoring/score-normalisation.js';
import { makeTemplate } from '../scoring/template.js';
import { type DoorScores, GROUPS } from './door-scores.js';
import type { GalleryPerson } from './gallery-person.js';

/** Parts of the people that stand at the door in turn. */
const FOLDS = 10;

/**
 * Scores of strangers at the door of a tenant's gallery. The people of one part leave the cohort and are compared with
 * all others, part after part: a stranger who is part of the cohort looks four times rarer than one who is not. Every
 * pair of people weighs the same, divided among their photos.
 * @param people of one tenant, in the order in which they are chosen for cohorts
 * @param first group of the first one
 */
export function compareAtDoor(
  people: readonly GalleryPerson[],
  centres: Centres | undefined,
  scores: DoorScores,
  first = 0,
): void {
  const means = people.map(({ faces }) => personMean(faces));
  const vectors = people.flatMap(({ faces }) => faces);
  const mus = Array.from({ length: FOLDS }, (_, fold) => levels(vectors, cohortWithout(fold, means, centres)));
  const table = tableOf(vectors);
  const starts = [0];
  for (const { faces } of people) starts.push((starts.at(-1) as number) + faces.length);
  for (let p = 0; p < people.length; p++) {
    const [fromP, toP] = [starts[p] as number, starts[p + 1] as number];
    const musP = mus[p % FOLDS] as Float32Array;
    const groupP = (first + p) % GROUPS;
    for (let q = p + 1; q < people.length; q++) {
      if (p % FOLDS === q % FOLDS) continue;
      const [fromQ, toQ] = [starts[q] as number, starts[q + 1] as number];
      const musQ = mus[q % FOLDS] as Float32Array;
      const groupQ = (first + q) % GROUPS;
      const weight = 1 / ((toP - fromP) * (toQ - fromQ));
      for (let i = fromP; i < toP; i++) {
        for (let j = fromQ; j < toQ; j++) {
          const cosine = dot(table, i * EMBEDDING_LENGTH, j * EMBEDDING_LENGTH, EMBEDDING_LENGTH);
          const scoreP = normalisedScore(cosine, musP[i] as number, musP[j] as number);
          const scoreQ = normalisedScore(cosine, musQ[i] as number, musQ[j] as number);
          scores.add(groupP, groupQ, scoreP, weight);
          scores.add(groupP, groupQ, scoreQ, weight);
        }
      }
    }
  }
}

function cohortWithout(fold: number, means: readonly Float32Array[], centres: Centres | undefined) {
  const staying = means.filter((_, p) => p % FOLDS !== fold);
  const own = staying.slice(0, MAX_OWN_PEOPLE);
  const vectors = new Float32Array(own.length * EMBEDDING_LENGTH);
  for (const [i, mean] of own.entries()) vectors.set(mean, i * EMBEDDING_LENGTH);
  const table = new DotTable(centres?.vectors ?? new Float32Array());
  return Cohort.of(`fold-${fold}`, table, differentPeople(vectors, staying.length, table));
}

function levels(vectors: readonly Float32Array[], cohort: ReturnType<typeof cohortWithout>): Float32Array {
  return Float32Array.from(vectors, (vector) => muOf(cohort, vector));
}

/** As gallery/cohorts has it: of length 1. */
function personMean(faces: readonly Float32Array[]): Float32Array {
  const numbered = faces.map((embedding, faceId) => ({ faceId, embedding }));
  return makeTemplate(numbered, undefined).mean?.embedding ?? (faces[0] as Float32Array);
}
