import '../core/no-telemetry.js';
import { fileURLToPath } from 'node:url';
import { Piscina } from 'piscina';
import { FaceSearchError } from '../core/errors.js';
import type { FacematchVersion, ModelPack } from '../models/manifest.js';
import { BoundedQueue } from './bounded-queue.js';
import type {
  Analysis,
  FaceAnalyser,
  GroupAnalysis,
  GroupOptions,
  MatchAnalysis,
  MatchOptions,
  PhotoOptions,
  PhotoReport,
} from './face-analyser.js';
import type { VisionLimits } from './pipeline.js';
import type { LoadReport, Task, TaskResult, WorkerSettings } from './worker-protocol.js';

/** Added to the niceness of the worker threads (Linux; elsewhere without effect), 0–19. */
export const WORKER_NICENESS = 10;

export interface VisionPoolSettings extends VisionLimits {
  /** Worker threads, each with its own copy of the models. */
  workers: number;
  /** Photos that may wait for a worker; one more is refused with OVERLOADED. */
  maxQueue: number;
  /**
   * Milliseconds that the analysis of one photo may take, counted from when a worker takes it. A worker that takes longer hangs, perhaps in
   * native code: it is replaced, and the photo refused with ANALYSIS_TIMEOUT. 0, and left out, is no limit.
   */
  timeout?: number;
  /** The compiled worker, when it does not lie beside this file. */
  workerUrl?: URL;
}

/** A pool of worker threads, each with a pipeline of its own: the calling thread never runs a model. */
export class VisionPool implements FaceAnalyser {
  private readonly waitForWorker: (() => void)[] = [];

  private constructor(
    private readonly pool: Piscina<Task, TaskResult>,
    private readonly line: BoundedQueue,
    private readonly timeout: number,
  ) {
    // Each worker that takes the place of another tells when it has loaded the models.
    pool.on('message', () => this.waitForWorker.shift()?.());
  }

  /** Resolves when every worker has loaded the models. @throws Error when they cannot be */
  static async start(pack: ModelPack, settings: VisionPoolSettings): Promise<VisionPool> {
    const { workers, maxQueue, timeout = 0, workerUrl, ...limits } = settings;
    const workerData: WorkerSettings = { pack, limits };
    const pool = new Piscina<Task, TaskResult>({
      filename: fileURLToPath(workerUrl ?? new URL('./worker.js', import.meta.url)),
      name: 'run',
      minThreads: workers,
      maxThreads: workers,
      maxQueue: Number.POSITIVE_INFINITY, // The waiting line bounds it.
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
    return new VisionPool(pool, new BoundedQueue(workers, maxQueue), timeout);
  }

  embedPhoto(image: Buffer, options: PhotoOptions, signal?: AbortSignal): Promise<Analysis> {
    return this.embed(image, (copy) => ({ kind: 'photo', image: copy, options }), signal);
  }

  embedCrop(image: Buffer, version: FacematchVersion, signal?: AbortSignal): Promise<Analysis> {
    return this.embed(image, (copy) => ({ kind: 'crop', image: copy, version }), signal);
  }

  async embedForMatch(image: Buffer, options: MatchOptions, signal?: AbortSignal): Promise<MatchAnalysis> {
    const result = await this.run(image, (copy) => ({ kind: 'match', image: copy, options }), signal);
    if (result.outcome !== 'embedded for a match') throw new Error('A worker answered another task');
    return result.analysis;
  }

  async analysePhoto(image: Buffer, options: PhotoOptions, signal?: AbortSignal): Promise<PhotoReport> {
    const result = await this.run(image, (copy) => ({ kind: 'report', image: copy, options }), signal);
    if (result.outcome !== 'reported') throw new Error('A worker answered another task');
    return result.report;
  }

  async portrait(photo: Buffer, signal?: AbortSignal): Promise<Buffer> {
    const result = await this.run(photo, (copy) => ({ kind: 'portrait', image: copy }), signal);
    if (result.outcome !== 'drawn') throw new Error('A worker answered another task');
    return Buffer.from(result.portrait);
  }

  async lookAt(image: Buffer, options: PhotoOptions, signal?: AbortSignal): Promise<PhotoReport> {
    const result = await this.run(image, (copy) => ({ kind: 'look', image: copy, options }), signal);
    if (result.outcome !== 'reported') throw new Error('A worker answered another task');
    return result.report;
  }

  async embedGroup(photo: Buffer, options: GroupOptions, signal?: AbortSignal): Promise<GroupAnalysis> {
    const result = await this.run(photo, (copy) => ({ kind: 'group', image: copy, options }), signal);
    if (result.outcome !== 'group') throw new Error('A worker answered another task');
    return result.analysis;
  }

  get queued(): number {
    return this.line.length;
  }

  get workers(): number {
    return this.pool.threads.length;
  }

  /** Finishes what is running and waiting. */
  async close(): Promise<void> {
    await this.line.empty();
    await this.pool.close();
  }

  private async embed(
    image: Buffer,
    taskFor: (image: Uint8Array) => Task,
    signal: AbortSignal | undefined,
  ): Promise<Analysis> {
    const result = await this.run(image, taskFor, signal);
    if (result.outcome !== 'embedded') throw new Error('A worker answered another task');
    const { crop, ...analysis } = result.analysis;
    // On its way between threads a Buffer becomes plain bytes.
    return crop ? { ...analysis, crop: Buffer.from(crop) } : analysis;
  }

  /** @throws FaceSearchError for a refusal, when the line is full or the time is over; what the signal was aborted with */
  private async run(image: Buffer, taskFor: (image: Uint8Array) => Task, signal: AbortSignal | undefined) {
    const result = await this.inTurn(() => this.attemptTwice(image, taskFor), signal);
    if (result.outcome === 'refused')
      throw Object.assign(FaceSearchError.from(result.cause), { stages: result.timings });
    return result;
  }

  /** The answer goes out at once; the turn passes on when there is a worker for the next photo. */
  private inTurn(work: () => Promise<TaskResult>, signal: AbortSignal | undefined): Promise<TaskResult> {
    return new Promise((resolve, reject) => {
      const turn = async () => {
        try {
          resolve(await work());
        } catch (error) {
          reject(error);
          if (isWorkerLoss(error)) await this.workerReplaced();
        }
      };
      this.line.run(turn, signal).catch(reject);
    });
  }

  /** A worker may die of another photo's damage; a photo that kills two, or hangs one, is not tried on the next. */
  private async attemptTwice(image: Buffer, taskFor: (image: Uint8Array) => Task): Promise<TaskResult> {
    try {
      return await this.attempt(image, taskFor);
    } catch (error) {
      if (!isWorkerDeath(error)) throw error;
      await this.workerReplaced();
      return this.attempt(image, taskFor);
    }
  }

  /** By a worker that waits for a photo. */
  private async attempt(image: Buffer, taskFor: (image: Uint8Array) => Task): Promise<TaskResult> {
    // A copy of its own is handed over: the caller still needs the photo, and a Buffer may share its memory with others.
    const copy = new Uint8Array(image);
    const transferList = [copy.buffer];
    if (this.timeout === 0) return this.pool.run(taskFor(copy), { transferList });
    const deadline = new AbortController();
    const timer = setTimeout(() => deadline.abort(), this.timeout);
    try {
      // Aborted, the pool ends the thread and starts another; it does not wait for an end that may never come.
      return await this.pool.run(taskFor(copy), { transferList, signal: deadline.signal });
    } catch (error) {
      throw deadline.signal.aborted ? new FaceSearchError('ANALYSIS_TIMEOUT') : error;
    } finally {
      clearTimeout(timer);
    }
  }

  /** Resolves when a worker that took the place of a lost one has loaded the models. */
  private workerReplaced(): Promise<void> {
    return new Promise((resolve) => this.waitForWorker.push(resolve));
  }
}

function isWorkerLoss(error: unknown): boolean {
  return isWorkerDeath(error) || (error instanceof FaceSearchError && error.errorName === 'ANALYSIS_TIMEOUT');
}

/** The pool replaces a worker that has ended; the task that it had is lost. */
function isWorkerDeath(error: unknown): boolean {
  return error instanceof Error && /^worker exited with code/.test(error.message);
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
