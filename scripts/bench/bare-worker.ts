import { setPriority } from 'node:os';
import { parentPort, workerData } from 'node:worker_threads';
import type { ModelPack } from '../../src/models/manifest.js';
import { Pipeline } from '../../src/vision/pipeline.js';
import { WORKER_NICENESS } from '../../src/vision/vision-pool.js';
import { bareOptions, benchLimits } from './settings.js';

/** What the models cost alone: the pipeline in a loop, until the time is over, each time that it is told one. */
const { pack, photos } = workerData as { pack: ModelPack; photos: Uint8Array[] };
const pipeline = await Pipeline.load(pack, benchLimits);

// This thread's, on Linux: as the server's workers, or other work on the machine would count against the server only.
setPriority(WORKER_NICENESS);

parentPort?.on('message', async (seconds: number) => {
  const times: number[] = [];
  const end = performance.now() + seconds * 1000;
  for (let i = 0, start = performance.now(); start < end; i++) {
    await pipeline.embedPhoto(photos[i % photos.length] as Uint8Array, bareOptions);
    const now = performance.now();
    times.push(now - start);
    start = now;
  }
  parentPort?.postMessage(times);
});
parentPort?.postMessage('loaded');
