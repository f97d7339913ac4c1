import type { FaceBatch } from '../../src/vector-index/vector-index.js';

/** Faces for an index. */
export function batch(...faces: [faceId: number, vector: Float32Array][]): FaceBatch {
  return {
    faceIds: Float64Array.from(faces, ([faceId]) => faceId),
    embeddings: Float32Array.from(faces.flatMap(([, vector]) => [...vector])),
  };
}
