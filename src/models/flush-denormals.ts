import { allTensors, type OnnxModel, readFloats, writeFloats } from './onnx.js';

/**
 * Below this a weight changes nothing in a float32 sum of ordinary activations, whose last digit is near 1e-7, but
 * its products may be denormal numbers, which many processors add and multiply a hundred times slower.
 */
const NEGLIGIBLE = 1e-12;

/**
 * Sets the float32 weights that are smaller than 1e-12 in size to zero.
 * @returns how many there were
 */
export function flushDenormals(model: OnnxModel): number {
  let flushed = 0;
  for (const tensor of allTensors(model.graph)) {
    const values = readFloats(tensor);
    if (!values) continue;
    let here = 0;
    for (let i = 0; i < values.length; i++) {
      const value = values[i] as number;
      if (value !== 0 && Math.abs(value) < NEGLIGIBLE) {
        values[i] = 0;
        here++;
      }
    }
    if (here > 0) writeFloats(tensor, values);
    flushed += here;
  }
  return flushed;
}
