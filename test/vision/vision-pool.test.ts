import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { FaceSearchError } from '../../src/core/errors.js';
import type { ModelPack } from '../../src/models/manifest.js';
import { loadPack } from '../../src/models/pack.js';
import { defaultManifestPath } from '../../src/util/paths.js';
import type { PhotoOptions } from '../../src/vision/face-analyser.js';
import { VisionPool } from '../../src/vision/vision-pool.js';
import { photo } from '../support/photos.js';
import { noLimits } from './images.js';

const workerUrl = new URL('../../dist/src/vision/worker.js', import.meta.url);
const options: PhotoOptions = { version: 'v3', allowIdCard: false, severalFaces: 'refuse', disableValidation: false };

/** The real worker, but each character in the file `deaths` beside it ends it once. */
const mortalWorker = `
import { readFileSync, writeFileSync } from 'node:fs';
import { run as work } from ${JSON.stringify(workerUrl.href)};

const deaths = new URL('deaths', import.meta.url);

export function run(task) {
  const left = readFileSync(deaths, 'utf8');
  if (left === '') return work(task);
  writeFileSync(deaths, left.slice(1));
  process.exit(1);
}
`;

/** The real worker, but the first task for each character in the file `hangs` beside it never ends, and no message reaches its thread. */
const hangingWorker = `
import { readFileSync, writeFileSync } from 'node:fs';
import { run as work } from ${JSON.stringify(workerUrl.href)};

const hangs = new URL('hangs', import.meta.url);

export function run(task) {
  const left = readFileSync(hangs, 'utf8');
  if (left === '') return work(task);
  writeFileSync(hangs, left.slice(1));
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
}
`;

let pack: ModelPack;
let pool: VisionPool;

beforeAll(async () => {
  pack = await loadPack(defaultManifestPath, 'default');
  pool = await VisionPool.start(pack, { ...noLimits, workers: 2, maxQueue: 4, workerUrl });
});

afterAll(() => pool.close());

describe('VisionPool', () => {
  it('a VisionPool embeds in a worker and leaves the photo with its owner', async () => {
    const image = photo('audrey.jpg');
    const before = Buffer.from(image);
    const { embedding } = await pool.embedPhoto(image, options);
    expect(embedding).toHaveLength(512);
    expect(image.equals(before)).toBe(true);
    expect((await pool.embedCrop(photo('audrey_crop.jpg'), 'v4')).embedding).toHaveLength(512);
  });

  it('a VisionPool reports on a photo in a worker', async () => {
    expect(await pool.analysePhoto(photo('sample1.jpg'), options)).toMatchObject({
      refusal: { errorName: 'MANY_FACES' },
    });
  });

  it('a VisionPool turns refusals into coded errors', async () => {
    const refused = pool.embedPhoto(Buffer.from('nothing'), options);
    await expect(refused).rejects.toBeInstanceOf(FaceSearchError);
    await expect(refused).rejects.toMatchObject({
      code: 400,
      reason: 'image-format',
      stages: { decode: expect.any(Number) },
    });
    await expect(pool.embedPhoto(photo('sample1.jpg'), options)).rejects.toMatchObject({
      code: 407,
      message: 'More than 1 faces detected',
    });
  });

  it('a VisionPool refuses at once what the queue cannot hold, and answers the rest', async () => {
    const outcomes = await Promise.allSettled(
      Array.from({ length: 40 }, () => pool.embedPhoto(photo('audrey.jpg'), options)),
    );
    const refused = outcomes.filter((outcome) => outcome.status === 'rejected');
    expect(refused.length).toBeGreaterThan(0);
    expect(outcomes.length - refused.length).toBeGreaterThanOrEqual(4);
    for (const { reason } of refused) expect(reason).toMatchObject({ errorName: 'OVERLOADED' });
    expect((await pool.embedPhoto(photo('audrey.jpg'), options)).embedding).toHaveLength(512);
  });

  it('a VisionPool does not compute a photo whose owner has gone while it waited', async () => {
    const abandoned = new AbortController();
    const running = [pool.embedPhoto(photo('audrey.jpg'), options), pool.embedPhoto(photo('audrey.jpg'), options)];
    const waiting = pool.embedPhoto(photo('audrey.jpg'), options, abandoned.signal);
    abandoned.abort(new Error('gone'));
    await expect(waiting).rejects.toThrow('gone');
    for (const { embedding } of await Promise.all(running)) expect(embedding).toHaveLength(512);
  });

  it.each([
    ['once', 'answered by the worker that replaces it', 1],
    ['twice', 'given up, and the next one answered', 2],
  ])('a photo that kills its worker %s is %s', async (_times, _outcome, deaths) => {
    const folder = await mkdtemp(join(tmpdir(), 'facesearch-'));
    onTestFinished(() => rm(folder, { recursive: true, force: true }));
    const worker = join(folder, 'worker.mjs');
    await writeFile(worker, mortalWorker);
    const mortal = await VisionPool.start(pack, {
      ...noLimits,
      workers: 1,
      maxQueue: 4,
      workerUrl: pathToFileURL(worker),
    });
    onTestFinished(() => mortal.close());
    await writeFile(join(folder, 'deaths'), 'x'.repeat(deaths));
    const outcome = mortal.embedPhoto(photo('audrey.jpg'), options);
    if (deaths === 1) expect((await outcome).embedding).toHaveLength(512);
    else await expect(outcome).rejects.toThrow('worker exited');
    expect(await readFile(join(folder, 'deaths'), 'utf8')).toBe('');
    expect((await mortal.embedPhoto(photo('audrey.jpg'), options)).embedding).toHaveLength(512);
  });

  it('a photo that hangs its worker is given up after the timeout, and those that waited are answered by the next worker', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'facesearch-'));
    onTestFinished(() => rm(folder, { recursive: true, force: true }));
    const worker = join(folder, 'worker.mjs');
    await writeFile(worker, hangingWorker);
    await writeFile(join(folder, 'hangs'), 'x');
    const hanging = await VisionPool.start(pack, {
      ...noLimits,
      workers: 1,
      maxQueue: 4,
      timeout: 3000,
      workerUrl: pathToFileURL(worker),
    });
    onTestFinished(() => hanging.close());
    const stuck = hanging.embedPhoto(photo('audrey.jpg'), options);
    const waiting = [1, 2].map(() => hanging.embedPhoto(photo('audrey.jpg'), options));
    await expect(stuck).rejects.toMatchObject({
      errorName: 'ANALYSIS_TIMEOUT',
      code: 500,
      reason: 'analysis-timeout',
    });
    expect(await readFile(join(folder, 'hangs'), 'utf8')).toBe('');
    for (const { embedding } of await Promise.all(waiting)) expect(embedding).toHaveLength(512);
    expect(hanging.workers).toBe(1);
  });

  it('a VisionPool says why a model cannot be loaded', async () => {
    const broken = { ...pack, detector: { ...pack.detector, weights: '/nowhere/detector.onnx' } };
    const starting = VisionPool.start(broken, { ...noLimits, workers: 1, maxQueue: 1, workerUrl });
    await expect(starting).rejects.toThrow('/nowhere/detector.onnx');
  });
});
