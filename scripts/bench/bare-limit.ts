import '../../src/core/no-telemetry.js';
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { ModelPack } from '../../src/models/manifest.js';

/** The same pipeline as the server's, one per core, without HTTP, forms, JSON, queue and store. */
export class BareLimit {
  private constructor(private readonly workers: readonly Worker[]) {}

  static async start(pack: ModelPack, photos: readonly Uint8Array[], count: number): Promise<BareLimit> {
    const workers = Array.from(
      { length: count },
      () => new Worker(new URL('./bare-worker.js', import.meta.url), { workerData: { pack, photos } }),
    );
    await Promise.all(workers.map((worker) => once(worker, 'message')));
    return new BareLimit(workers);
  }

  /** Milliseconds of each photo, of all workers at once, or of one alone. */
  async run(seconds: number, workers = this.workers.length): Promise<number[]> {
    const running = this.workers.slice(0, workers).map(async (worker) => {
      const times = once(worker, 'message') as Promise<[number[]]>;
      worker.postMessage(seconds);
      return (await times)[0];
    });
    return (await Promise.all(running)).flat();
  }

  async close(): Promise<void> {
    await Promise.all(this.workers.map((worker) => worker.terminate()));
  }
}
