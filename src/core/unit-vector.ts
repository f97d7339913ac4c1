import { EMBEDDING_LENGTH } from './embedding.js';
import { FaceSearchError } from './errors.js';

/** Closer to 1 than this is what float32 makes of a normalised vector: it is taken to the letter. */
const ROUNDING = 1e-6;

/**
 * An embedding with length 1, as the store and the index want it. Clients may send any length, because a cosine does
 * not depend on it; one that this server extracted comes back bit for bit.
 * @throws FaceSearchError BAD_INPUT when it is not 512 finite numbers, or all are 0
 */
export function unitVector(embedding: Float32Array): Float32Array {
  if (embedding.length !== EMBEDDING_LENGTH || !embedding.every(Number.isFinite)) {
    throw new FaceSearchError('BAD_INPUT', 'vector-format', { field: 'vector' });
  }
  const length = Math.sqrt(embedding.reduce((sum, x) => sum + x * x, 0));
  if (length === 0) throw new FaceSearchError('BAD_INPUT', 'vector-format', { field: 'vector' });
  return Math.abs(length - 1) < ROUNDING ? embedding : embedding.map((x) => x / length);
}
