import { beforeAll, expect, test } from 'vitest';
import { withPool } from '../../src/evaluation/run-evaluation.js';
import type { ModelPack } from '../../src/models/manifest.js';
import { loadPack } from '../../src/models/pack.js';
import { defaultManifestPath } from '../../src/util/paths.js';
import { photo, twoPeople } from '../support/photos.js';

let pack: ModelPack;

beforeAll(async () => {
  pack = await loadPack(defaultManifestPath, 'default');
});

/** Embeddings of photos, each of one of the people in it. */
function embedAll(what: 'Embedding' | 'Judging', photos: readonly Buffer[]): Promise<Float32Array[]> {
  const tools = { pack, maxPixels: 5e7, workerUrl: new URL('../../dist/src/vision/worker.js', import.meta.url) };
  const options = { version: 'v3', allowIdCard: true, severalFaces: 'largest', disableValidation: true } as const;
  return withPool(tools, 1, { minFaceWidth: 0 }, what, photos.length, async (pool) => {
    const embeddings: Float32Array[] = [];
    for (const bytes of photos) embeddings.push((await pool.embedPhoto(bytes, options)).embedding);
    return embeddings;
  });
}

const cosine = (p: Float32Array, q: Float32Array) => p.reduce((sum, value, i) => sum + value * (q[i] as number), 0);

test('an evaluation embeds the central face of a photo, and asks the gates about the largest', async () => {
  const photos = [await twoPeople(), photo('franck_01829.jpg'), photo('audrey.jpg')];
  const [labelled, large, central] = (await embedAll('Embedding', photos)) as [
    Float32Array,
    Float32Array,
    Float32Array,
  ];
  const [judged] = (await embedAll('Judging', photos)) as [Float32Array, Float32Array, Float32Array];
  expect(cosine(labelled, central)).toBeGreaterThan(0.6);
  expect(cosine(judged, large)).toBeGreaterThan(0.8);
});
