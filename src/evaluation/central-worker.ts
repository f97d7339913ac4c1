import { startWorker } from '../vision/start-worker.js';
import { centralFace } from './central-face.js';

/** A thread of a VisionPool for labelled photos. */
export const run = await startWorker(centralFace);
