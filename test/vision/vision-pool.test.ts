import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FaceSearchError } from '../../src/errors.js';
import type { ModelPack } from '../../src/models/manifest.js';
import { loadPack } from '../../src/models/pack.js';
import { defaultManifestPath } from '../../src/models/paths.js';
import type { PhotoOptions } from '../../src/vision/face-analyser.js';
import { VisionPool } from '../../src/vision/vision-pool.js';
import { photo } from '../support/photos.js';
import { noLimits } from './images.js';

const workerUrl = new URL('../../dist/src/vision/worker.js', import.meta.url);
const options: PhotoOptions = { version: 'v3', allowIdCard: false, severalFaces: 'refuse', disableValidation: false };

let pack: ModelPack;
let pool: VisionPool;

beforeAll(async () => {
  pack = await loadPack(defaultManifestPath, 'default');
  pool = await VisionPool.start(pack, { ...noLimits, workers: 2, maxQueue: 4, workerUrl });
});

afterAll(() => pool.close());

describe('VisionPool', () => {
  it('embeds in a worker and leaves the photo with its owner', async () => {
    const image = photo('audrey.jpg');
    const before = Buffer.from(image);
    const { embedding } = await pool.embedPhoto(image, options);
    expect(embedding).toHaveLength(512);
    expect(image.equals(before)).toBe(true);
    expect((await pool.embedCrop(photo('audrey_crop.jpg'), 'v4')).embedding).toHaveLength(512);
  });

  it('reports on a photo in a worker', async () => {
    expect(await pool.analysePhoto(photo('sample1.jpg'), options)).toMatchObject({
      refusal: { errorName: 'MANY_FACES' },
    });
  });

  it('turns refusals into coded errors', async () => {
    const refused = pool.embedPhoto(Buffer.from('nothing'), options);
    await expect(refused).rejects.toBeInstanceOf(FaceSearchError);
    await expect(refused).rejects.toMatchObject({ code: 400, reason: 'image-format' });
    await expect(pool.embedPhoto(photo('sample1.jpg'), options)).rejects.toMatchObject({
      code: 407,
      message: 'More than 1 faces detected',
    });
  });

  it('refuses at once what the queue cannot hold, and answers the rest', async () => {
    const outcomes = await Promise.allSettled(
      Array.from({ length: 40 }, () => pool.embedPhoto(photo('audrey.jpg'), options)),
    );
    const refused = outcomes.filter((outcome) => outcome.status === 'rejected');
    expect(refused.length).toBeGreaterThan(0);
    expect(outcomes.length - refused.length).toBeGreaterThanOrEqual(4);
    for (const { reason } of refused) expect(reason).toMatchObject({ errorName: 'OVERLOADED' });
    expect((await pool.embedPhoto(photo('audrey.jpg'), options)).embedding).toHaveLength(512);
  });

  it('says why a model cannot be loaded', async () => {
    const broken = { ...pack, detector: { ...pack.detector, weights: '/nowhere/detector.onnx' } };
    const starting = VisionPool.start(broken, { ...noLimits, workers: 1, maxQueue: 1, workerUrl });
    await expect(starting).rejects.toThrow('/nowhere/detector.onnx');
  });
});
