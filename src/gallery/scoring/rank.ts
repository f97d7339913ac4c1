import { cosineOf } from '../../core/cosine.js';
import type { ComparedFace, FoundPerson } from '../../persistence/people/embedding-store.js';
import type { ComparedTemplate } from '../../persistence/template.js';
import { muOf, type OptionalCohort } from './cohort.js';
import { type PersonScores, personScore } from './person-score.js';
import { normalisedScore } from './score-normalisation.js';
import type { SimilarityScale } from './similarity.js';

/** A person whom a search looks at, with at least one face, compared with its probe. */
export interface Contender extends FoundPerson {
  template: ComparedTemplate;
}

export interface Probe {
  /** Of length 1. */
  embedding: Float32Array;
  /** The cohort of everything that it is compared with. */
  cohort: OptionalCohort;
  mu: number;
}

export function probeOf(embedding: Float32Array, cohort: OptionalCohort): Probe {
  return { embedding, cohort, mu: muOf(cohort, embedding) };
}

/** Similarity of two faces, 0–1: that of a person with one face to a probe. */
export function similarityOf(one: Probe, other: Probe, scale: SimilarityScale): number {
  const cosine = cosineOf(one.embedding, other.embedding);
  return scale.similarity(normalisedScore(cosine, one.mu, other.mu), cosine);
}

/** A contender and how much they look like the probe. */
export interface Ranked<Person> {
  person: Person;
  /** Of the face that looks most like the probe. */
  faceId: number;
  /** The lowest cosine of a face that was compared. */
  farthest: number;
  /** See person-score.ts. */
  scores: PersonScores;
  score: number;
  /** 0 to 1. */
  similarity: number;
}

/**
 * People in the order of their similarity to a probe, the most similar first; of equally similar ones the one with the higher
 * score, then the older.
 */
export function rank<Person extends Contender>(
  people: readonly Person[],
  probe: Probe,
  scale: SimilarityScale,
): Ranked<Person>[] {
  return people
    .flatMap((person) => {
      const best = bestFace(person, probe);
      if (!best) return [];
      const { mean, mus } = person.template;
      const template = mean && normalisedScore(mean.cosine, probe.mu, mean.mu);
      const scores = { best: best.score, template, photos: mus.size };
      const score = scale.isNormalised ? personScore(scores, scale.photosSlope) : best.score;
      const similarity = scale.similarity(score, best.nearest);
      return [{ person, faceId: best.faceId, farthest: best.farthest, scores, score, similarity }];
    })
    .sort((a, b) => b.similarity - a.similarity || b.score - a.score || a.person.personId - b.person.personId);
}

/** The face with the highest score, the older of equal ones, and the highest and lowest cosine of any. */
function bestFace(
  { faces, template: { mus } }: Contender,
  probe: Probe,
): { faceId: number; score: number; nearest: number; farthest: number } | undefined {
  let best: { faceId: number; score: number } | undefined;
  let nearest = -1;
  let farthest = 1;
  for (const face of faces) {
    const { faceId, cosine } = face;
    nearest = Math.max(nearest, cosine);
    farthest = Math.min(farthest, cosine);
    const score = normalisedScore(cosine, probe.mu, mus.get(faceId) ?? muOfFace(face, probe));
    if (!best || score > best.score || (score === best.score && faceId < best.faceId)) best = { faceId, score };
  }
  return best && { ...best, nearest, farthest };
}

/** Of one that is none of those that the template was made from. */
function muOfFace({ faceId, embedding }: ComparedFace, { cohort }: Probe): number {
  if (!cohort) return 0;
  if (!embedding) throw new Error(`Face ${faceId} has neither a level nor an embedding`);
  return muOf(cohort, embedding);
}
