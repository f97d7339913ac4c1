import { mkdirSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { IndexCache } from './cache/index-cache.js';
import type { IndexSettings } from './protocol.js';
import { RemoteIndex } from './remote-index.js';
import { WorkerThread } from './worker-thread.js';

/** The folder is made. */
export interface IndexWorkersSettings extends IndexSettings {
  /** Threads, over which the collections are spread. */
  workers?: number;
  /** The compiled worker, when it does not lie beside this file. */
  workerUrl?: URL;
  /** Told of trouble that no call reports: a thread that died, a file that cannot be read or written. */
  onTrouble?: (trouble: string, collectionId?: number) => void;
}

/** More than a few would take memory and cores from the models. */
const MAX_WORKERS = 4;

/** Index threads: no search, add or build holds up the calling thread. A thread that dies is replaced. */
export class IndexWorkers {
  readonly #threads: WorkerThread[];
  readonly #folder: string;

  constructor(settings: IndexWorkersSettings) {
    const { workers, workerUrl, onTrouble = () => {}, ...options } = settings;
    const count = workers ?? Math.max(1, Math.min(MAX_WORKERS, Math.floor(availableParallelism() / 2)));
    this.#folder = options.folder;
    mkdirSync(this.#folder, { recursive: true, mode: 0o700 });
    const old = IndexCache.removeGraphFiles(this.#folder);
    if (old > 0 && options.kind === 'hnsw') onTrouble('graphs that an earlier version kept are built anew');
    const url = workerUrl ?? new URL('./index-worker.js', import.meta.url);
    // No more threads in all than cores.
    const helpers = options.helpers ?? Math.floor(availableParallelism() / count) - 1;
    this.#threads = Array.from({ length: count }, () => new WorkerThread(url, { ...options, helpers }, onTrouble));
  }

  /**
   * Opens the index of a collection that is not open, from what is kept of it: `faceIds` are those it held.
   * @param identity of whatever made the embeddings: what is kept of another one is not used
   */
  async open(collectionId: number, identity: string): Promise<{ index: RemoteIndex; faceIds: Float64Array }> {
    const thread = this.#threads[collectionId % this.#threads.length] as WorkerThread;
    const index = new RemoteIndex(thread.current(), collectionId);
    return { index, faceIds: await index.open(identity) };
  }

  /** Removes what is kept of collections that are not among those that exist. */
  removeOthers(collectionIds: ReadonlySet<number>): void {
    for (const collectionId of IndexCache.collectionsIn(this.#folder)) {
      if (!collectionIds.has(collectionId)) this.removeKept(collectionId);
    }
  }

  /** Of a collection that is not open. */
  removeKept(collectionId: number): void {
    IndexCache.removeCollection(this.#folder, collectionId);
  }

  /** Writes what is to be kept and ends the threads. */
  async close(): Promise<void> {
    await Promise.all(this.#threads.map((thread) => thread.close()));
  }
}
