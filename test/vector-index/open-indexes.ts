import { IndexWorkers, type IndexWorkersSettings } from '../../src/vector-index/index-workers.js';
import { indexWorkerUrl } from '../support/compiled-threads.js';

export function openIndexes(folder: string, settings: Partial<IndexWorkersSettings> = {}): IndexWorkers {
  return new IndexWorkers({
    dimensions: 512,
    kind: 'scan',
    folder,
    keepSnapshots: true,
    workers: 1,
    workerUrl: indexWorkerUrl,
    ...settings,
  });
}
