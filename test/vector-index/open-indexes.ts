import { IndexWorkers, type IndexWorkersSettings } from '../../src/vector-index/index-workers.js';

/** Index threads run compiled code. */
const workerUrl = new URL('../../dist/src/vector-index/index-worker.js', import.meta.url);

export function openIndexes(folder: string, settings: Partial<IndexWorkersSettings> = {}): IndexWorkers {
  return new IndexWorkers({
    dimensions: 512,
    kind: 'scan',
    folder,
    keepSnapshots: true,
    workers: 1,
    workerUrl,
    ...settings,
  });
}
