import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { beforeAll, expect, test } from 'vitest';
import { originalModels } from '../../scripts/original-models.js';
import { type Named, readPack } from '../../src/models/choose-pack.js';
import { sha256 } from '../../src/models/files.js';
import type { Model } from '../../src/models/manifest.js';
import { decodeModel } from '../../src/models/onnx.js';
import * as ort from '../../src/models/onnx-runtime.js';
import { compare, randomImage } from '../../src/models/self-check.js';
import { transform } from '../../src/models/transform.js';
import { defaultManifestPath, projectRoot } from '../../src/util/paths.js';
import { photo, photoNames } from '../support/photos.js';
import { countNodes } from './tiny-models.js';

/** The real models: what the server runs gives the results of what was published. */
const RANDOM_IMAGES = 20;

/** The pack `light` has every model that is downloaded, and so prepared. */
let published: { model: Named<Model>; original: Buffer }[];

beforeAll(async () => {
  published = await originalModels(defaultManifestPath, 'light');
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

async function worstCosine(role: Model['role']): Promise<number> {
  const { model, original } = ofRole(role);
  const options = { intraOpNumThreads: 1, logSeverityLevel: 3 } as const;
  const before = await ort.InferenceSession.create(original, options);
  const after = await ort.InferenceSession.create(transform(original, model.prepare).weights, options);
  const images = Array.from({ length: RANDOM_IMAGES }, () => randomImage(model));
  for (const name of photoNames) images.push(await photoCrop(name, model));
  let worst = 1;
  const [name = ''] = before.inputNames;
  for (const image of images) {
    const expected = await before.run({ [name]: image });
    const found = await after.run({ [name]: image });
    for (const output of before.outputNames) {
      const a = expected[output]?.data as Float32Array;
      worst = Math.min(worst, compare(a, found[output]?.data as Float32Array).cosine);
    }
  }
  return worst;
}

function ofRole(role: Model['role']): { model: Named<Model>; original: Buffer } {
  const found = published.find(({ model }) => model.role === role);
  if (!found) throw new Error(`no ${role} is downloaded`);
  return found;
}

test.each(['embedder', 'detector', 'landmarks'] as const)(
  'the prepared %s gives the results of the published one',
  async (role) => {
    expect(await worstCosine(role)).toBeGreaterThan(0.99999);
  },
);

test('each PRelu of the downloaded embedder is split, and nothing else is touched', () => {
  const { model, original } = ofRole('embedder');
  const { PRelu = 0, Add = 0, ...rest } = countNodes(original);
  const split = countNodes(transform(original, model.prepare).weights);
  expect(PRelu).toBeGreaterThan(30);
  expect(split).toMatchObject({ ...rest, BatchNormalization: 2 * PRelu, Relu: PRelu, Add: Add + PRelu });
  expect(split.PRelu).toBeUndefined();
});

test('the embedder that lies in the repository is stored prepared: preparation only has it tell its length', async () => {
  const { embedders } = await readPack(defaultManifestPath, 'default');
  const { prepare, sha256: expected } = embedders.v3.model;
  expect(prepare).toEqual(['tell-length']);
  const stored = await readFile(join(projectRoot, 'models', 'weights', 'mobilefacenet-pair.onnx'));
  expect(sha256(stored)).toBe(expected);
  const { weights, done } = transform(stored, ['flush-denormals', 'split-prelu']);
  expect(done).toEqual(['0 tiny weights set to zero', '0 PRelu split']);
  expect(stored.equals(weights)).toBe(true);
  const told = transform(stored, prepare).weights;
  expect(decodeModel(told).graph.output).toHaveLength(2);
  expect(told.length - stored.length).toBeLessThan(100);
  expect(transform(told, prepare).done).toEqual(['0 vector told before it is normalised']);
});
