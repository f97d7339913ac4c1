import { fileURLToPath } from 'node:url';
import { Piscina } from 'piscina';
import { FaceSearchError } from '../errors.js';
import type { FacematchVersion, ModelPack } from '../models/manifest.js';
import type { Analysis, FaceAnalyser, PhotoOptions } from './face-analyser.js';
import type { VisionLimits } from './pipeline.js';
import type { LoadReport, Task, TaskResult } from './worker.js';

/** Added to the niceness of the worker threads (Linux; elsewhere without effect), 0–19. */
export const WORKER_NICENESS = 10;

/** Sent to each worker when it starts. */
export interface WorkerSettings {
  pack: ModelPack;
  limits: VisionLimits;
}

export interface VisionPoolSettings extends VisionLimits {
  /** Worker threads, each with its own copy of the models. */
  workers: number;
  /** Photos that may wait for a worker; one more is refused with OVERLOADED. */
  maxQueue: number;
  /** The compiled worker, when it does not lie beside this file. */
  workerUrl?: URL;
}

/** A pool of worker threads, each with a pipeline of its own: the calling thread never runs a model. */
export class VisionPool implements FaceAnalyser {
  private constructor(
    private readonly pool: Piscina<Task, TaskResult>,
    private readonly maxQueue: number,
  ) {}

  /** Resolves when every worker has loaded the models. @throws Error when they cannot be */
  static async start(pack: ModelPack, settings: VisionPoolSettings): Promise<VisionPool> {
    const { workers, maxQueue, workerUrl, ...limits } = settings;
    const workerData: WorkerSettings = { pack, limits };
    const pool = new Piscina<Task, TaskResult>({
      filename: fileURLToPath(workerUrl ?? new URL('./worker.js', import.meta.url)),
      name: 'run',
      minThreads: workers,
      maxThreads: workers,
      maxQueue: Number.POSITIVE_INFINITY,
      // The thread that answers HTTP goes first wherever it competes with models for a core.
      niceIncrement: WORKER_NICENESS,
      workerData,
    });
    try {
      await allLoaded(pool, workers);
    } catch (error) {
      await pool.destroy();
      throw error;
    }
    return new VisionPool(pool, maxQueue);
  }

  embedPhoto(image: Buffer, options: PhotoOptions): Promise<Analysis> {
    return this.run(image, (copy) => ({ kind: 'photo', image: copy, options }));
  }

  embedCrop(image: Buffer, version: FacematchVersion): Promise<Analysis> {
    return this.run(image, (copy) => ({ kind: 'crop', image: copy, version }));
  }

  /** Finishes what is running and waiting. */
  close(): Promise<void> {
    return this.pool.close();
  }

  private async run(image: Buffer, taskFor: (image: Uint8Array) => Task): Promise<Analysis> {
    if (this.pool.queueSize >= this.maxQueue) throw new FaceSearchError('OVERLOADED');
    // A copy of its own is handed over: the caller still needs the photo, and a Buffer may share its memory with others.
    const copy = new Uint8Array(image);
    const result = await this.pool.run(taskFor(copy), { transferList: [copy.buffer] });
    if (result.outcome === 'refused') throw new FaceSearchError(result.errorName, result.text, result.reason);
    return result.analysis;
  }
}

function allLoaded(pool: Piscina<Task, TaskResult>, workers: number): Promise<void> {
  return new Promise((resolve, reject) => {
    let loaded = 0;
    pool.on('message', ({ loadError }: LoadReport) => {
      if (loadError !== null) reject(new Error(loadError));
      else if (++loaded === workers) resolve();
    });
    pool.on('error', reject);
  });
}
