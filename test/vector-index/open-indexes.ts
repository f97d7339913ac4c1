import { IndexWorkers, type IndexWorkersSettings } from '../../src/vector-index/index-workers.js';
import { indexWorkerUrl } from '../support/compiled-threads.js';

export function openIndexes(folder: string, settings: Partial<IndexWorkersSettings> = {}): IndexWorkers {
  return new IndexWorkers({
    kind: 'scan',
    folder,
    workers: 1,
    workerUrl: indexWorkerUrl,
    ...settings,
  });
}
