import { correctedScore } from './crowding.js';
import type { SimilarityScale } from './similarity.js';

/** Faces with their scores to a probe, the most similar first, of equally similar ones the older (lower id). */
export function scored<F extends { faceId: number; embedding: Float32Array }>(
  faces: readonly F[],
  probe: Float32Array,
  { crowding }: SimilarityScale,
): (F & { score: number })[] {
  const ofProbe = crowding.of(probe);
  return faces
    .map((face) => ({
      ...face,
      score: correctedScore(cosine(probe, face.embedding), ofProbe + Math.fround(crowding.of(face.embedding))),
    }))
    .sort((p, q) => q.score - p.score || p.faceId - q.faceId);
}

/** Of two vectors of length 1, -1 to 1. */
function cosine(p: Float32Array, q: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < p.length; i++) sum += (p[i] as number) * (q[i] as number);
  return Math.max(-1, Math.min(1, sum));
}
