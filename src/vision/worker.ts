import { workerData } from 'piscina';
import type { FacematchVersion } from '../models/manifest.js';
import type { Analysis, PhotoOptions } from './face-analyser.js';
import { Pipeline } from './pipeline.js';
import { Refusal } from './refusal.js';
import type { WorkerSettings } from './vision-pool.js';

/** What the pool asks of a worker. */
export type Task =
  | { kind: 'load' }
  | { kind: 'photo'; image: Uint8Array; options: PhotoOptions }
  | { kind: 'crop'; image: Uint8Array; version: FacematchVersion };

/** Refusals are results: an Error loses its class on the way between threads. */
export type TaskResult =
  | { outcome: 'loaded' }
  | { outcome: 'embedded'; analysis: Analysis }
  | { outcome: 'refused'; errorName: Refusal['errorName']; text: string | undefined; reason: string | undefined };

const { pack, limits } = workerData as WorkerSettings;

// Not awaited here: a model that cannot be loaded must fail the task that asks for it, not the worker's start, after
// which the pool would start another one for ever.
const loading = Pipeline.load(pack, limits);
loading.catch(() => undefined);

export async function run(task: Task): Promise<TaskResult> {
  const pipeline = await loading;
  try {
    switch (task.kind) {
      case 'load':
        return { outcome: 'loaded' };
      case 'photo':
        return { outcome: 'embedded', analysis: await pipeline.embedPhoto(task.image, task.options) };
      case 'crop':
        return { outcome: 'embedded', analysis: await pipeline.embedCrop(task.image, task.version) };
    }
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return { outcome: 'refused', errorName: error.errorName, text: error.text, reason: error.reason };
  }
}
