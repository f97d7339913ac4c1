import { parentPort } from 'node:worker_threads';
import { workerData } from 'piscina';
import { type ChooseFace, Pipeline } from './pipeline.js';
import { Refusal } from './refusal.js';
import { StageTimer } from './stage-timer.js';
import type { LoadReport, Task, TaskResult, WorkerSettings } from './worker-protocol.js';

/**
 * Loads the models in a thread of a pool, and tells the pool. Awaited by the worker's file, so that the pool gives a worker
 * its first photo only when it has its models.
 * @returns what the worker's file exports as `run`
 */
export async function startWorker(chooseFace?: ChooseFace): Promise<(task: Task) => Promise<TaskResult>> {
  const { pack, limits } = workerData as WorkerSettings;
  // A failure is kept for the tasks: a worker that dies at its start would be replaced for ever.
  const pipeline = await Pipeline.load(pack, limits, chooseFace).catch((error: unknown) => error as Error);
  const failed = !(pipeline instanceof Pipeline);
  parentPort?.postMessage({ loadError: failed ? pipeline.message : null } satisfies LoadReport);
  return async (task) => {
    if (failed) throw pipeline;
    return perform(pipeline, task);
  };
}

async function perform(pipeline: Pipeline, task: Task): Promise<TaskResult> {
  const clock = new StageTimer();
  try {
    switch (task.kind) {
      case 'report':
        return { outcome: 'reported', report: await pipeline.analysePhoto(task.image, task.options, clock) };
      case 'look':
        return { outcome: 'reported', report: await pipeline.lookAt(task.image, task.options, clock) };
      case 'photo':
        return { outcome: 'embedded', analysis: await pipeline.embedPhoto(task.image, task.options, clock) };
      case 'match': {
        const analysis = await pipeline.embedForMatch(task.image, task.options, clock);
        return { outcome: 'embedded for a match', analysis };
      }
      case 'group':
        return { outcome: 'group', analysis: await pipeline.embedGroup(task.image, task.options, clock) };
      case 'portrait':
        return { outcome: 'drawn', portrait: await pipeline.portrait(task.image) };
      case 'crop':
        return { outcome: 'embedded', analysis: await pipeline.embedCrop(task.image, task.version, clock) };
    }
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    const { errorName, reason, values } = error;
    return { outcome: 'refused', cause: { errorName, reason, values }, timings: clock.timings };
  }
}
