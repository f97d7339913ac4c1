import { parentPort } from 'node:worker_threads';
import { workerData } from 'piscina';
import type { FacematchVersion } from '../models/manifest.js';
import type { Analysis, PhotoOptions, PhotoReport } from './face-analyser.js';
import { Pipeline } from './pipeline.js';
import { Refusal } from './refusal.js';
import { StageClock } from './stage-clock.js';
import type { WorkerSettings } from './vision-pool.js';

/** What the pool asks of a worker. */
export type Task =
  | { kind: 'report'; image: Uint8Array; options: PhotoOptions }
  | { kind: 'photo'; image: Uint8Array; options: PhotoOptions }
  | { kind: 'crop'; image: Uint8Array; version: FacematchVersion };

/** Refusals are results: an Error loses its class on the way between threads. */
export type TaskResult =
  | { outcome: 'embedded'; analysis: Analysis }
  | { outcome: 'reported'; report: PhotoReport }
  | {
      outcome: 'refused';
      errorName: Refusal['errorName'];
      text: string | undefined;
      reason: string | undefined;
      timings: Record<string, number>;
    };

const { pack, limits } = workerData as WorkerSettings;

/** Sent to the pool once, when the worker has loaded its models or failed to. */
export interface LoadReport {
  loadError: string | null;
}

// Awaited here, so that the pool gives a worker its first photo only when it has its models. A failure is kept for the
// tasks: a worker that dies at its start would be replaced for ever.
const pipeline = await Pipeline.load(pack, limits).catch((error: unknown) => error as Error);
parentPort?.postMessage({ loadError: pipeline instanceof Pipeline ? null : pipeline.message } satisfies LoadReport);

export async function run(task: Task): Promise<TaskResult> {
  if (!(pipeline instanceof Pipeline)) throw pipeline;
  const clock = new StageClock();
  try {
    switch (task.kind) {
      case 'report':
        return { outcome: 'reported', report: await pipeline.analysePhoto(task.image, task.options, clock) };
      case 'photo':
        return { outcome: 'embedded', analysis: await pipeline.embedPhoto(task.image, task.options, clock) };
      case 'crop':
        return { outcome: 'embedded', analysis: await pipeline.embedCrop(task.image, task.version, clock) };
    }
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    const { errorName, text, reason } = error;
    return { outcome: 'refused', errorName, text, reason, timings: clock.timings };
  }
}
