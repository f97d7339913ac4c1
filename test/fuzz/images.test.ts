import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { FaceSearchError } from '../../src/core/errors.js';
import { loadPack } from '../../src/models/pack.js';
import { defaultManifestPath } from '../../src/util/paths.js';
import type { PhotoOptions } from '../../src/vision/face-analyser.js';
import { VisionPool } from '../../src/vision/vision-pool.js';
import { temporaryFolder } from '../persistence/temporary-folder.js';
import { photo } from '../support/photos.js';
import { noLimits } from '../vision/images.js';
import { expectMemoryBack, resident } from './memory.js';
import { basePhotos, mutation } from './mutations.js';

/** `npm run test:fuzz` makes 2,000. */
const IMAGES = Number(process.env.FUZZ_IMAGES ?? 60);
const SEED = Number(process.env.FUZZ_SEED ?? 20_261_124);
const WORKERS = 2;
/** The largest photo that a worker decodes, for each: its pages may stay with the worker's heap. */
const SLACK = WORKERS * noLimits.maxPixels * 3;

const options: PhotoOptions = { version: 'v3', allowIdCard: true, severalFaces: 'largest', disableValidation: true };

/** The real worker, which notes each of its starts in the file `starts` beside it. */
const countedWorker = `
import { appendFileSync } from 'node:fs';
appendFileSync(new URL('starts', import.meta.url), 'x');
export { run } from ${JSON.stringify(new URL('../../dist/src/vision/worker.js', import.meta.url).href)};
`;

test(`${IMAGES} mutated images are embedded or refused, and no worker is lost`, async () => {
  const folder = await temporaryFolder();
  await writeFile(join(folder, 'worker.mjs'), countedWorker);
  const pool = await VisionPool.start(await loadPack(defaultManifestPath, 'default'), {
    ...noLimits,
    workers: WORKERS,
    maxQueue: 64,
    workerUrl: pathToFileURL(join(folder, 'worker.mjs')),
  });
  const photos = await basePhotos(photo('audrey.jpg'));
  const outcomes = new Map<string, number>();
  let runs = 0;
  let before = 0;
  const pair = fc.array(fc.tuple(fc.constantFrom(...photos), mutation), { minLength: WORKERS, maxLength: WORKERS });
  try {
    await fc.assert(
      fc.asyncProperty(pair, async (chosen) => {
        const images = chosen.map(([{ bytes }, mutate]) => mutate(bytes));
        for (const outcome of await Promise.all(images.map((image) => outcomeOf(pool, image))))
          outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
        if (++runs === Math.ceil(IMAGES / WORKERS / 2)) before = resident();
      }),
      { seed: SEED, numRuns: Math.ceil(IMAGES / WORKERS) },
    );
    process.stdout.write(`${[...outcomes].map(([outcome, count]) => `${outcome}: ${count}`).join(', ')}\n`);
    expectMemoryBack(before, SLACK);
    expect(await readFile(join(folder, 'starts'), 'utf8')).toBe('x'.repeat(WORKERS));
    for (const { bytes, name } of photos) expect(await outcomeOf(pool, bytes), name).toBe('embedded');
  } finally {
    await pool.close();
  }
});

/** @throws whatever is not a refusal meant for the client */
async function outcomeOf(pool: VisionPool, image: Buffer): Promise<string> {
  try {
    const { embedding } = await pool.embedPhoto(image, options);
    expect(embedding.every(Number.isFinite)).toBe(true);
    expect(embedding).toHaveLength(512);
    return 'embedded';
  } catch (error) {
    if (!(error instanceof FaceSearchError)) throw error;
    expect([400, 406, 407]).toContain(error.code);
    return error.reason;
  }
}
