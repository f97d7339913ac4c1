import { EMBEDDING_LENGTH } from './embedding.js';
import { FaceSearchError } from './errors.js';

/** Closer to 1 than this is what float32 makes of a normalised vector: it is taken to the letter. */
const ROUNDING = 1e-6;

/** How far from 1 the length of a stored or indexed embedding may be: rounding of 512 numbers stays far below. */
const LENGTH_TOLERANCE = 1e-3;

/**
 * A vector divided by its length (L2), in float32.
 * @returns undefined for one without a direction: all zeros, or with a number that is not finite
 */
export function normalised(vector: ArrayLike<number>): Float32Array | undefined {
  let largest = 0;
  for (let i = 0; i < vector.length; i++) largest = Math.max(largest, Math.abs(vector[i] as number));
  if (!(largest > 0 && largest < Number.POSITIVE_INFINITY)) return undefined;
  // By the largest first, so that no square leaves the doubles, as those of numbers that a client sends might.
  const length = lengthOf(vector, largest);
  // A loop: `from` makes an object of each number, a sixth of the garbage of a search by vector.
  const unit = new Float32Array(vector.length);
  for (let i = 0; i < unit.length; i++) unit[i] = (vector[i] as number) / largest / length;
  return unit;
}

/**
 * An embedding with length 1, as the store and the index want it. Clients may send any length, because a cosine does
 * not depend on it; one that this server extracted comes back bit for bit.
 * @throws FaceSearchError BAD_INPUT when it is not 512 finite numbers, or all are 0
 */
export function unitVector(embedding: Float32Array): Float32Array {
  if (embedding.length !== EMBEDDING_LENGTH || !embedding.every(Number.isFinite)) {
    throw new FaceSearchError('BAD_INPUT', 'vector-format', { field: 'vector' });
  }
  if (Math.abs(lengthOf(embedding) - 1) < ROUNDING) return embedding;
  const unit = normalised(embedding);
  if (!unit) throw new FaceSearchError('BAD_INPUT', 'vector-format', { field: 'vector' });
  return unit;
}

/** Whether an embedding has length 1; false where a number is not finite, which would break every search that meets it. */
export function isUnit(embedding: Float32Array): boolean {
  let sum = 0;
  // Without lengthOf's division: every embedding that a search reads is looked at.
  for (let i = 0; i < embedding.length; i++) sum += (embedding[i] as number) * (embedding[i] as number);
  return Math.abs(Math.sqrt(sum) - 1) <= LENGTH_TOLERANCE;
}

/** @throws RangeError when a vector has another number of dimensions, or not length 1 */
export function assertUnit(vector: Float32Array, dimensions: number): void {
  if (vector.length !== dimensions) {
    throw new RangeError(`An embedding has ${dimensions} numbers, not ${vector.length}`);
  }
  if (!isUnit(vector)) throw new RangeError('An embedding must have length 1');
}

/** @param unit the length is counted in */
function lengthOf(vector: ArrayLike<number>, unit = 1): number {
  let sum = 0;
  for (let i = 0; i < vector.length; i++) sum += ((vector[i] as number) / unit) ** 2;
  return Math.sqrt(sum);
}
