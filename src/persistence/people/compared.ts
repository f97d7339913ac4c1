import { cosineOf } from '../../core/cosine.js';
import type { ComparedTemplate, Template } from '../template.js';
import type { ComparedFace, StoredEmbedding } from './embedding-store.js';

/** @param template of the face's person, where there is one */
export function comparedFace(
  probe: Float32Array,
  { faceId, embedding }: StoredEmbedding,
  template: Pick<Template, 'mus'> | undefined,
): ComparedFace {
  return { faceId, cosine: cosineOf(probe, embedding), embedding: template?.mus.has(faceId) ? undefined : embedding };
}

export function comparedTemplate(probe: Float32Array, { cohort, mus, mean }: Template): ComparedTemplate {
  return { cohort, mus, mean: mean && { cosine: cosineOf(probe, mean.embedding), mu: mean.mu } };
}

/** All of a person's faces, and the template that was made from them. */
export function compared(
  probe: Float32Array,
  faces: readonly StoredEmbedding[],
  template: Template,
): { faces: ComparedFace[]; template: ComparedTemplate } {
  return {
    faces: faces.map((face) => comparedFace(probe, face, template)),
    template: comparedTemplate(probe, template),
  };
}
