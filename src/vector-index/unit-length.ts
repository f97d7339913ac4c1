/** How far from 1 an embedding's length may be: float32 rounding of 512 numbers stays below 1e-6. */
const LENGTH_TOLERANCE = 1e-3;

/** @throws RangeError when a vector has not so many numbers, or not length 1 */
export function assertUnit(vector: Float32Array, dimensions: number): void {
  if (vector.length !== dimensions) {
    throw new RangeError(`An embedding has ${dimensions} numbers, not ${vector.length}`);
  }
  let sum = 0;
  for (const x of vector) sum += x * x;
  // Written so that NaN fails too: one NaN in an index would break every search that meets it.
  if (!(Math.abs(Math.sqrt(sum) - 1) <= LENGTH_TOLERANCE)) throw new RangeError('An embedding must have length 1');
}
