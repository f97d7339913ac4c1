import { parentPort } from 'node:worker_threads';
import { workerData } from 'piscina';
import { Pipeline } from './pipeline.js';
import { Refusal } from './refusal.js';
import { StageTimer } from './stage-timer.js';
import type { LoadReport, Task, TaskResult, WorkerSettings } from './worker-protocol.js';

const { pack, limits } = workerData as WorkerSettings;

// Awaited here, so that the pool gives a worker its first photo only when it has its models. A failure is kept for the
// tasks: a worker that dies at its start would be replaced for ever.
const pipeline = await Pipeline.load(pack, limits).catch((error: unknown) => error as Error);
parentPort?.postMessage({ loadError: pipeline instanceof Pipeline ? null : pipeline.message } satisfies LoadReport);

export async function run(task: Task): Promise<TaskResult> {
  if (!(pipeline instanceof Pipeline)) throw pipeline;
  const clock = new StageTimer();
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
    const { errorName, reason, values } = error;
    return { outcome: 'refused', cause: { errorName, reason, values }, timings: clock.timings };
  }
}
