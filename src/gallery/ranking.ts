import { comparedFace, comparedTemplate } from '../persistence/people/compared.js';
import type { EmbeddingStore, FoundPerson } from '../persistence/people/embedding-store.js';
import type { PersonRef } from '../persistence/template.js';
import type { RankedCandidate } from './gallery.js';
import { personScore } from './scoring/person-score.js';
import { type Contender, type Probe, type Ranked, rank } from './scoring/rank.js';
import { normalisedScore } from './scoring/score-normalisation.js';
import type { SimilarityScale } from './scoring/similarity.js';
import { makeTemplate } from './scoring/template.js';

export interface Ranking {
  store: Pick<EmbeddingStore, 'newestFaces'>;
  /** Name of the model that made the faces. */
  model: string;
  scale: SimilarityScale;
  /** Told of people whose template was not kept. */
  onMissing: (people: readonly PersonRef[]) => void;
}

/** The people whom an index or the database found by their faces. */
export interface FoundPeople {
  people: readonly FoundPerson[];
  /** There are no faces but these. */
  isAll: boolean;
}

/** How far the cosines by which faces were found may be from the true ones, both ways together. */
const ROUGHNESS = 0.01;

/**
 * The most similar of the people who were found, the most similar first, scored as if all of their faces had been.
 * @param k how many, at most
 */
export async function mostSimilar(
  found: FoundPeople,
  probe: Probe,
  k: number,
  ranking: Ranking,
): Promise<RankedCandidate[]> {
  const { scale, store, model } = ranking;
  let ranked = rank(await contenders(found.people, probe, ranking), probe, scale);
  const hiding = found.isAll || !scale.isNormalised ? [] : whoMayHideABetterFace(ranked, probe, k, scale);
  if (hiding.length > 0) {
    for (const { personId, faces } of await store.newestFaces(hiding, model)) {
      const person = hiding.find((one) => one.personId === personId);
      if (person) person.faces = faces.map((face) => comparedFace(probe.embedding, face, person.template));
    }
    ranked = rank(
      ranked.map(({ person }) => person),
      probe,
      scale,
    );
  }
  const told: RankedCandidate[] = [];
  for (const { person, faceId, similarity } of ranked) {
    if (told.length === k) break;
    const { user } = person;
    if (user) told.push({ ...user, faceId, similarity });
  }
  return told;
}

/** The people with their templates; those that were not kept are worked out. */
async function contenders(
  people: readonly FoundPerson[],
  { embedding, cohort }: Probe,
  { scale, store, model, onMissing }: Ranking,
): Promise<Contender[]> {
  if (!scale.isNormalised) {
    return people.map((person) => contender(person, { cohort: 'none', mus: new Map(), mean: undefined }));
  }
  const missing = people.filter(({ template }) => !template);
  if (missing.length === 0) return people as Contender[];
  onMissing(missing);
  const made = new Map(
    (await store.newestFaces(missing, model)).map(({ personId, faces }) => [
      personId,
      comparedTemplate(embedding, makeTemplate(faces, cohort)),
    ]),
  );
  return people.flatMap((person) => {
    const template = person.template ?? made.get(person.personId);
    // Who has no face any more was deleted a moment ago.
    return template ? [contender(person, template)] : [];
  });
}

/** Not by spreading: the user is read when it is asked for. */
function contender(person: FoundPerson, template: Contender['template']): Contender {
  return Object.assign(person, { template });
}

/**
 * People among the first k, or who might come among them, one of whose other faces may have a higher score than the ones that
 * were found: its cosine is lower, but its neighbourhood may be less crowded.
 */
function whoMayHideABetterFace(
  ranked: readonly Ranked<Contender>[],
  probe: Probe,
  k: number,
  scale: SimilarityScale,
): Contender[] {
  const lowest = ranked.reduce((least, { farthest }) => Math.min(least, farthest), 1);
  const enough = ranked[k - 1]?.similarity ?? 0;
  return ranked.flatMap(({ person, scores }) => {
    const seen = new Set(person.faces.map(({ faceId }) => faceId));
    let least = Number.POSITIVE_INFINITY;
    for (const [faceId, mu] of person.template.mus) if (!seen.has(faceId)) least = Math.min(least, mu);
    const best = normalisedScore(lowest + ROUGHNESS, probe.mu, least);
    if (!(best > scores.best)) return [];
    return scale.similarity(personScore({ ...scores, best }, scale.photosSlope), -1) >= enough ? [person] : [];
  });
}
