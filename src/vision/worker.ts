import { startWorker } from './start-worker.js';

/** A thread of a VisionPool. */
export const run = await startWorker();
