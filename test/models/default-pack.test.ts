import { readFile } from 'node:fs/promises';
import sharp from 'sharp';
import { beforeAll, expect, test } from 'vitest';
import { originalModels } from '../../scripts/original-models.js';
import type { Model, ModelPack } from '../../src/models/manifest.js';
import * as ort from '../../src/models/onnx-runtime.js';
import { preparePack } from '../../src/models/pack.js';
import { compare, randomImage } from '../../src/models/self-check.js';
import { defaultManifestPath } from '../../src/util/paths.js';
import { photo, photoNames } from '../support/photos.js';
import { countNodes } from './tiny-models.js';

/** The real models: what the server runs gives the results of what was published. */
const RANDOM_IMAGES = 20;

let pack: ModelPack;
let originals: Map<string, Buffer>;

beforeAll(async () => {
  pack = await preparePack(defaultManifestPath, 'default');
  originals = new Map((await originalModels()).map(({ model, original }) => [model.name, original]));
});

/** The middle of a photo as the model takes it: not aligned to the face, yet much like what it sees at work. */
async function photoCrop(name: string, { input: { shape, channels, mean, scale } }: Model): Promise<ort.Tensor> {
  const [, depth, height, width] = shape;
  const cut = sharp(photo(name)).resize(width, height, { fit: 'cover', position: 'attention' });
  const pixels = await (depth === 1 ? cut.greyscale() : cut.removeAlpha().toColourspace('srgb')).raw().toBuffer();
  const data = new Float32Array(depth * height * width);
  for (let i = 0; i < height * width; i++) {
    for (let c = 0; c < depth; c++) {
      const from = channels === 'BGR' ? depth - 1 - c : c;
      data[c * height * width + i] = ((pixels[i * depth + from] ?? 0) - mean) * scale;
    }
  }
  return new ort.Tensor('float32', data, shape);
}

async function worstCosine(model: Model & { name: string; weights: string }): Promise<number> {
  const options = { intraOpNumThreads: 1, logSeverityLevel: 3 } as const;
  const before = await ort.InferenceSession.create(originals.get(model.name) as Buffer, options);
  const after = await ort.InferenceSession.create(await readFile(model.weights), options);
  const images = Array.from({ length: RANDOM_IMAGES }, () => randomImage(model));
  for (const name of photoNames) images.push(await photoCrop(name, model));
  let worst = 1;
  for (const image of images) {
    const expected = await before.run({ [model.input.name]: image });
    const found = await after.run({ [model.input.name]: image });
    for (const output of before.outputNames) {
      const a = expected[output]?.data as Float32Array;
      worst = Math.min(worst, compare(a, found[output]?.data as Float32Array).cosine);
    }
  }
  return worst;
}

test('the prepared embedder embeds as the published one does', async () => {
  expect(await worstCosine(pack.embedders.v4.model)).toBeGreaterThan(0.99999);
});

test('the prepared detector detects as the published one does', async () => {
  expect(await worstCosine(pack.detector)).toBeGreaterThan(0.99999);
});

test('the prepared landmarks lie where the published ones lie', async () => {
  expect(await worstCosine(pack.landmarks as NonNullable<ModelPack['landmarks']>)).toBeGreaterThan(0.99999);
});

test('each PRelu of the embedder is split, and nothing else is touched', async () => {
  const { name, weights } = pack.embedders.v4.model;
  const rest = { Conv: 102, Flatten: 1, Reshape: 1, LpNormalization: 2, Concat: 1, Gemm: 1 };
  expect(countNodes(originals.get(name) as Buffer)).toEqual({ ...rest, PRelu: 66, Add: 24 });
  // A Constant per PRelu, and four that those with 64, 128, 256 and 512 channels share: -1, 0 and 1 of each.
  const expected = { ...rest, BatchNormalization: 132, Relu: 66, Add: 90, Constant: 66 + 4 * 3 };
  expect(countNodes(await readFile(weights))).toEqual(expected);
});
