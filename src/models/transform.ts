import { flushDenormals } from './flush-denormals.js';
import type { Preparation } from './manifest.js';
import { decodeModel, encodeModel, type OnnxModel } from './onnx.js';
import { splitPrelu } from './split-prelu.js';
import { tellLength } from './tell-length.js';

const steps: Record<Preparation, (model: OnnxModel) => string> = {
  'flush-denormals': (model) => `${flushDenormals(model)} tiny weights set to zero`,
  'split-prelu': (model) => `${splitPrelu(model)} PRelu split`,
  'tell-length': (model) => `${tellLength(model)} vector told before it is normalised`,
};

/**
 * Applies preparation steps in order. The same bytes and steps always give the same result.
 * @param original an ONNX file; not changed
 * @returns the prepared ONNX file, and in a few words what each step did
 * @throws ModelError when it is no ONNX file, or one with its weights in other files
 */
export function transform(
  original: Uint8Array,
  preparations: readonly Preparation[],
): { weights: Uint8Array; done: string[] } {
  const model = decodeModel(original);
  const done = preparations.map((preparation) => steps[preparation](model));
  return { weights: preparations.length > 0 ? encodeModel(model) : original, done };
}
