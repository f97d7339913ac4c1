import { join } from 'node:path';
import type { Logger } from 'pino';
import { type Config, dataKeyOf } from '../config/config.js';
import { InMemoryGallery } from '../gallery/in-memory-gallery.js';
import { DATABASE, INDEX_CACHE } from '../persistence/data-folder/data-folder.js';
import { lockDataFolder } from '../persistence/data-folder/data-folder-lock.js';
import { openThreadedStore } from '../persistence/people/sqlite/threads/threaded-store.js';
import { IndexWorkers } from '../vector-index/index-workers.js';
import { openObjects } from './open-objects.js';
import type { Storage } from './storage.js';
import { whenReachable } from './when-reachable.js';

/**
 * Everything in the data folder of one server, photos perhaps elsewhere, and the faces in its memory.
 * @param workers the compiled threads, where they do not lie beside their sources
 * @throws Error with a message for the operator, when the data folder cannot be used
 */
export async function openFolderStorage(
  config: Config,
  logger: Logger,
  workers: { index?: URL; store?: URL } = {},
): Promise<Storage> {
  const unlock = lockDataFolder(config.DATA_DIR);
  const dataKey = dataKeyOf(config);
  // First the store, which refuses a wrong data key before anything is changed.
  const store = await openThreadedStore(join(config.DATA_DIR, DATABASE), {
    dataKey,
    threadUrl: workers.store,
    onErasureDelayed: (err) =>
      logger.error({ err }, 'erased data stays in the write-ahead log; tried again every second'),
  });
  const { objects, check } = await openObjects(config);
  const closing = new AbortController();
  const indexes = new IndexWorkers({
    folder: join(config.DATA_DIR, INDEX_CACHE),
    kind: config.VECTOR_INDEX,
    dataKey: dataKey?.secret,
    ...(workers.index && { workerUrl: workers.index }),
    onTrouble: (trouble, collectionId) => logger.error({ collectionId }, trouble),
  });
  return {
    store,
    objects,
    prepared: whenReachable('the photo store', check, logger, closing.signal),
    async openGallery(model, scale) {
      const gallery = new InMemoryGallery({ store, objects, indexes, model, scale, logger });
      await gallery.open();
      return gallery;
    },
    stopWaiting: () => closing.abort(),
    async close() {
      await indexes.close();
      await store.close();
      unlock();
    },
  };
}
