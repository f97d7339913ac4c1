import type { FaceBatch } from '../../src/vector-index/vector-index.js';

/** Faces for an index; the tag of each is half of its id. */
export function batch(...faces: [faceId: number, vector: Float32Array][]): FaceBatch {
  return {
    faceIds: Float64Array.from(faces, ([faceId]) => faceId),
    embeddings: Float32Array.from(faces.flatMap(([, vector]) => [...vector])),
    tags: Float32Array.from(faces, ([faceId]) => faceId / 2),
  };
}
