import { expect, test } from 'vitest';
import * as ort from '../../src/models/onnx-runtime.js';
import { compare } from '../../src/models/self-check.js';
import { transform } from '../../src/models/transform.js';
import { countNodes, decodeTiny, encodeTiny, tinyEmbedder } from './tiny-models.js';

async function run(bytes: Uint8Array, dims: number[]): Promise<Float32Array> {
  const session = await ort.InferenceSession.create(bytes, { intraOpNumThreads: 1, logSeverityLevel: 3 });
  const data = Float32Array.from({ length: dims.reduce((a, b) => a * b) }, (_, i) => Math.sin(i * 12.9898) * 3);
  const outputs = await session.run({ input: new ort.Tensor('float32', data, dims) });
  return outputs[session.outputNames[0] ?? '']?.data as Float32Array;
}

test.each([false, true])('tiny weights become zero and the others stay (in float_data: %s)', (inFloatData) => {
  const values = [1e-13, -1e-13, 1e-40, 1e-11, -1e-11, 0.5, 0];
  const model = encodeTiny({
    nodes: [{ op_type: 'Add', input: ['input', 'w'], output: ['y'] }],
    weights: [{ name: 'w', dims: [7], values, inFloatData }],
    inputs: { input: [7] },
    outputs: { y: [7] },
  });
  const { weights, done } = transform(model, ['flush-denormals']);
  const raw = decodeTiny(weights).graph.initializer[0]?.raw_data ?? new Uint8Array();
  expect([...new Float32Array(new Uint8Array(raw).buffer)]).toEqual([0, 0, 0, 1e-11, -1e-11, 0.5, 0].map(Math.fround));
  expect(done).toEqual(['3 tiny weights set to zero']);
});

test('weights in a Constant node are flushed too', () => {
  const t = { dims: [2], data_type: 1, raw_data: Buffer.from(new Float32Array([1e-30, 2]).buffer) };
  const model = encodeTiny({
    nodes: [
      { op_type: 'Constant', input: [], output: ['w'], attribute: [{ name: 'value', type: 4, t }] },
      { op_type: 'Add', input: ['input', 'w'], output: ['y'] },
    ],
    inputs: { input: [2] },
    outputs: { y: [2] },
  });
  expect(transform(model, ['flush-denormals']).done).toEqual(['1 tiny weights set to zero']);
});

test('the original bytes are not changed', () => {
  const original = tinyEmbedder();
  transform(original, ['flush-denormals', 'split-prelu']);
  expect(original.equals(tinyEmbedder())).toBe(true);
});

test('the same bytes and steps give the same result', () => {
  const once = transform(tinyEmbedder(), ['flush-denormals', 'split-prelu']).weights;
  const again = transform(tinyEmbedder(), ['flush-denormals', 'split-prelu']).weights;
  expect(Buffer.compare(once, again)).toBe(0);
});

test('fields that the schema does not know survive', () => {
  const prepared = decodeTiny(transform(tinyEmbedder(), ['flush-denormals', 'split-prelu']).weights);
  expect(prepared.producer_name).toBe('tiny');
  expect(prepared.metadata_props).toEqual([expect.objectContaining({ key: 'kept', value: 'yes' })]);
  expect(prepared.graph.name).toBe('tiny');
  expect(prepared.graph.node.find(({ op_type }) => op_type === 'Conv')?.doc_string).toBe('kept');
  expect(prepared.graph.initializer.find(({ name }) => name === 'w')?.doc_string).toBe('weights w');
});

test.each([
  { slopeDims: [512, 1, 1] },
  { slopeDims: [1, 512, 1, 1] },
  { slopeDims: [512, 1, 1], opset: 7, ir: 3 },
  { slopeDims: [512, 1, 1], opset: 17, ir: 8 },
])('a PRelu with a slope per channel is split: %o', async (options) => {
  const original = tinyEmbedder(options);
  const { weights, done } = transform(original, ['split-prelu']);
  expect(done).toEqual(['1 PRelu split']);
  const counts = countNodes(weights);
  expect(counts).toMatchObject({ Conv: 1, BatchNormalization: 2, Relu: 1, Add: 1 });
  expect(counts.PRelu).toBeUndefined();
  expect(decodeTiny(weights).graph.initializer.map(({ name }) => name)).toEqual(['w']);
  const { cosine, farthest } = compare(await run(original, [1, 3, 8, 8]), await run(weights, [1, 3, 8, 8]));
  expect(cosine).toBeGreaterThan(0.9999999);
  expect(farthest).toBeLessThan(1e-6);
});

test.each([[[1]], [[1, 1, 1]], [[1, 1, 1, 1]]])(
  'a PRelu with one slope %o for all channels stays',
  async (slopeDims) => {
    const original = tinyEmbedder({ slopeDims });
    const { weights, done } = transform(original, ['split-prelu']);
    expect(done).toEqual(['0 PRelu split']);
    expect(countNodes(weights)).toEqual(countNodes(original));
    expect(await run(weights, [1, 3, 8, 8])).toEqual(await run(original, [1, 3, 8, 8]));
  },
);

test.each([
  ['of rank 3, whose first size is no channel of an image', [4, 2, 2], [4, 1, 1]],
  ['that is the input itself, of whose rank nothing is known', [1, 4, 2, 2], [4, 1, 1]],
  ['with a slope per pixel', [1, 4, 2, 2], [4, 2, 2]],
])('a PRelu of a value %s stays', async (_, inputDims, slopeDims) => {
  const slopes = slopeDims.reduce((a, b) => a * b);
  const original = encodeTiny({
    nodes: [{ op_type: 'PRelu', input: ['input', 'slope'], output: ['y'] }],
    weights: [{ name: 'slope', dims: slopeDims, values: Array.from({ length: slopes }, (_, i) => i / 10) }],
    inputs: { input: inputDims },
    outputs: { y: inputDims },
  });
  const { weights, done } = transform(original, ['split-prelu']);
  expect(done).toEqual(['0 PRelu split']);
  expect(await run(weights, inputDims)).toEqual(await run(original, inputDims));
});

test('a model of an older operator set stays', () => {
  expect(transform(tinyEmbedder({ opset: 6 }), ['split-prelu']).done).toEqual(['0 PRelu split']);
});

test.each([
  ['no ONNX model', Buffer.from('not a model')],
  ['empty', Buffer.alloc(0)],
])('bytes that are %s are refused', (_, bytes) => {
  expect(() => transform(bytes, [])).toThrow('not an ONNX model');
});

test('weights in other files are refused', () => {
  const model = encodeTiny({
    nodes: [{ op_type: 'Add', input: ['input', 'w'], output: ['y'] }],
    weights: [{ name: 'w', dims: [1], values: [1], external: true }],
    inputs: { input: [1] },
    outputs: { y: [1] },
  });
  expect(() => transform(model, [])).toThrow('save the model with its weights inside');
});
