import type { Model } from './manifest.js';
import { ModelError } from './model-error.js';
import * as ort from './onnx-runtime.js';

/** Preparation may change rounding, nothing more: the cosine of each output to the original's. */
const MIN_COSINE = 0.99999;
/** Outputs that are nearly zero have a direction of rounding noise only; so close, two outputs are alike anyway. */
const ALIKE = 1e-6;
const ROUNDS = 3;

/**
 * Runs original and prepared weights on the same random images, once when they are prepared, so that weights of an
 * unforeseen kind are refused here instead of giving wrong answers later.
 * @throws ModelError when the model does not load, its input or outputs are not those of its role, or the prepared
 *   weights give other results than the original ones
 */
export async function selfCheck(model: Model, original: Uint8Array, prepared: Uint8Array): Promise<void> {
  // One after the other: a large network is in memory twice as it is, as bytes and as a session.
  const before = await load(original);
  const { shape } = model.input;
  const { name = before.inputNames[0] ?? '' } = model.input;
  if (before.inputNames.length !== 1 || before.inputNames[0] !== name) {
    const wanted = model.input.name ?? 'one input';
    throw new ModelError(`its input is ${before.inputNames.join(', ')}, but the manifest says ${wanted}`);
  }
  const rounds: { feeds: Record<string, ort.Tensor>; expected: Map<string, Float32Array> }[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const feeds = { [name]: randomImage(model) };
    const outputs = await run(before, feeds, `it does not take an input of shape ${shape.join('x')}`);
    checkOutputs(model, before.outputNames, outputs);
    const expected = new Map(before.outputNames.map((output) => [output, floats(outputs, output)]));
    rounds.push({ feeds, expected });
  }
  await before.release();
  const after = await load(prepared);
  for (const { feeds, expected } of rounds) {
    const found = await run(after, feeds, 'its prepared weights do not run');
    for (const [output, numbers] of expected) {
      const { cosine, farthest } = compare(numbers, floats(found, output));
      if (!(cosine >= MIN_COSINE || farthest <= ALIKE)) {
        throw new ModelError(`preparation changes output ${output} (cosine ${cosine}): give it fewer "prepare" steps`);
      }
    }
  }
  await after.release();
}

async function load(weights: Uint8Array): Promise<ort.InferenceSession> {
  try {
    return await ort.InferenceSession.create(weights, { intraOpNumThreads: 1, logSeverityLevel: 3 });
  } catch (error) {
    throw new ModelError(`ONNX Runtime does not load it: ${(error as Error).message}`);
  }
}

async function run(session: ort.InferenceSession, feeds: Record<string, ort.Tensor>, failure: string) {
  try {
    return await session.run(feeds);
  } catch (error) {
    throw new ModelError(`${failure}: ${(error as Error).message}`);
  }
}

/** An image of random pixels as the model takes it, NCHW. */
export function randomImage({ input: { shape, mean, scale } }: Model): ort.Tensor {
  const size = shape.reduce((a, b) => a * b);
  return new ort.Tensor(
    'float32',
    Float32Array.from({ length: size }, () => (Math.random() * 255 - mean) * scale),
    [...shape],
  );
}

function checkOutputs(model: Model, names: readonly string[], outputs: ort.InferenceSession.ReturnType): void {
  const shapes = names.map((name) => outputs[name]?.dims ?? []);
  const sizes = shapes.map((dims) => dims.reduce((a, b) => a * b, 1));
  const fits = {
    arcface112: () => sizes.length === 1 && sizes[0] === 512,
    points68: () => sizes.length === 1 && sizes[0] === 136,
    ultraface: () => [2, 4].every((last) => shapes.some((dims) => dims.length === 3 && dims.at(-1) === last)),
    scrfd: () => sizes.length === 9,
    yunet: () => sizes.length === 12,
    'four-heads': () => sizes.length === 1 && sizes[0] === 4,
    'around-face': () => sizes.length === 1 && sizes[0] === 1,
    'three-class': () => sizes.length === 1 && sizes[0] === 3,
  }[model.family];
  if (fits()) return;
  const found = names.map((name, i) => `${name} ${shapes[i]?.join('x')}`).join(', ');
  throw new ModelError(`its outputs are not those of family ${model.family}: ${found}`);
}

function floats(outputs: ort.InferenceSession.ReturnType, name: string): Float32Array {
  return Float32Array.from((outputs[name] as ort.Tensor).data as ArrayLike<number>);
}

/** Cosine between two outputs, and the largest difference of two numbers in them. */
export function compare(a: Float32Array, b: Float32Array): { cosine: number; farthest: number } {
  let dot = 0;
  let aa = 0;
  let bb = 0;
  let farthest = 0;
  for (let i = 0; i < a.length; i++) {
    const x = a[i] as number;
    const y = b[i] as number;
    dot += x * y;
    aa += x * x;
    bb += y * y;
    farthest = Math.max(farthest, Math.abs(x - y));
  }
  return { cosine: dot / Math.sqrt(aa * bb), farthest };
}
