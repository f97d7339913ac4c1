import { EMBEDDING_LENGTH } from '../../core/embedding.js';
import { normalised } from '../../core/unit-vector.js';
import type { StoredEmbedding } from '../../persistence/people/embedding-store.js';
import { MAX_TEMPLATE_FACES, type Template } from '../../persistence/template.js';
import { cohortVersion, muOf, type OptionalCohort } from './cohort.js';

/** Below it the faces of a person cancel each other out, so that their mean says nothing. */
const SHORTEST_MEAN = 1e-3;

/**
 * What a search needs to know of a person beside the face that it found. The same faces give the same template, to the bit.
 * @param faces the newest of the person's faces, in any order; at least one, at most MAX_TEMPLATE_FACES
 */
export function makeTemplate(faces: readonly StoredEmbedding[], cohort: OptionalCohort): Template {
  const ordered = [...faces].sort((a, b) => a.faceId - b.faceId).slice(-MAX_TEMPLATE_FACES);
  const mus = new Map(ordered.map(({ faceId, embedding }) => [faceId, muOf(cohort, embedding)]));
  const embedding = ordered.length > 1 ? meanOf(ordered) : undefined;
  return {
    cohort: cohortVersion(cohort),
    mus,
    mean: embedding && { embedding, mu: muOf(cohort, embedding) },
  };
}

/** Of length 1; undefined where there is none. */
function meanOf(faces: readonly StoredEmbedding[]): Float32Array | undefined {
  const sum = new Float64Array(EMBEDDING_LENGTH);
  for (const { embedding } of faces) {
    for (let i = 0; i < sum.length; i++) sum[i] = (sum[i] as number) + (embedding[i] as number);
  }
  return Math.hypot(...sum) / faces.length < SHORTEST_MEAN ? undefined : normalised(sum);
}
