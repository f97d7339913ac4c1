import { mkdirSync, rmSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { IndexCache } from './cache/index-cache.js';
import { Snapshot } from './graph/snapshot.js';
import type { IndexSettings } from './protocol.js';
import { RemoteIndex } from './remote-index.js';
import { WorkerThread } from './worker-thread.js';

export interface IndexWorkersSettings extends Omit<IndexSettings, 'folder'> {
  /** Where sketches or snapshots are kept; made when there are to be any. */
  folder: string;
  /**
   * False for graphs where vectors must not lie on the disk in plain: hnswlib can write its graph to a plain file only. What
   * the folder holds is removed then, and each start builds the graphs anew while searches scan.
   */
  keepSnapshots: boolean;
  /** Threads, over which the collections are spread. */
  workers?: number;
  /** The compiled worker, when it does not lie beside this file. */
  workerUrl?: URL;
  /** Told of trouble that no call reports: a thread that died, a snapshot that cannot be read or written. */
  onTrouble?: (trouble: string, collectionId?: number) => void;
}

/** More than a few would take memory and cores from the models. */
const MAX_WORKERS = 4;

/** Index threads: no search, add or build holds up the calling thread. A thread that dies is replaced. */
export class IndexWorkers {
  readonly #threads: WorkerThread[];
  readonly #folder: string;
  readonly #keepsSnapshots: boolean;

  constructor(settings: IndexWorkersSettings) {
    const { folder, keepSnapshots, workers, workerUrl, onTrouble = () => {}, ...options } = settings;
    const count = workers ?? Math.max(1, Math.min(MAX_WORKERS, Math.floor(availableParallelism() / 2)));
    this.#folder = folder;
    this.#keepsSnapshots = keepSnapshots;
    if (keepSnapshots) {
      mkdirSync(folder, { recursive: true, mode: 0o700 });
      IndexCache.removeOthers(folder, options.kind === 'hnsw' ? 'files' : 'databases');
    } else rmSync(folder, { recursive: true, force: true });
    const workerSettings: IndexSettings = { ...options, folder: keepSnapshots ? folder : undefined };
    const url = workerUrl ?? new URL('./index-worker.js', import.meta.url);
    this.#threads = Array.from({ length: count }, () => new WorkerThread(url, workerSettings, onTrouble));
  }

  /**
   * Opens the index of a collection that is not open, from its snapshot where there is one: `faceIds` are those it held.
   * @param identity of whatever made the embeddings: a snapshot of another one is not used
   */
  async open(collectionId: number, identity: string): Promise<{ index: RemoteIndex; faceIds: Float64Array }> {
    const thread = this.#threads[collectionId % this.#threads.length] as WorkerThread;
    const index = new RemoteIndex(thread.current(), collectionId);
    return { index, faceIds: await index.open(identity) };
  }

  /** Removes the snapshots of collections that are not among those that exist. */
  removeOthers(collectionIds: ReadonlySet<number>): void {
    if (!this.#keepsSnapshots) return;
    for (const collectionId of Snapshot.collectionsIn(this.#folder)) {
      if (!collectionIds.has(collectionId)) this.removeSnapshot(collectionId);
    }
  }

  /** Of a collection that is not open. */
  removeSnapshot(collectionId: number): void {
    if (this.#keepsSnapshots) new Snapshot(this.#folder, collectionId, '', 0).remove();
  }

  /** Writes the snapshots that are due and ends the threads. */
  async close(): Promise<void> {
    await Promise.all(this.#threads.map((thread) => thread.close()));
  }
}
