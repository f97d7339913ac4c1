import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { Config } from '../config.js';
import { DatabaseGallery } from '../gallery/database-gallery.js';
import { PHOTOS } from '../store/data-folder.js';
import { FolderObjectStore } from '../store/folder-object-store.js';
import { PostgresStore } from '../store/postgres/postgres-store.js';
import { StoreError } from '../store/store-error.js';
import type { Storage } from './storage.js';

/** Between two tries to reach a database that is not there at the start. */
const RETRY_MS = 1000;

/** Photos in the data folder, which the servers share, everything else in PostgreSQL, which also searches. */
export async function openDatabaseStorage(url: string, config: Config, logger: Logger): Promise<Storage> {
  const store = new PostgresStore({ url, connections: config.DATABASE_POOL, timeout: config.DATABASE_TIMEOUT });
  const objects = await FolderObjectStore.open(join(config.DATA_DIR, PHOTOS));
  const closing = new AbortController();
  return {
    store,
    objects,
    prepared: migrateWhenReachable(store, logger, closing.signal),
    async openGallery(model, scale) {
      const gallery = new DatabaseGallery({ store, objects, model, scale, logger });
      await gallery.open();
      return gallery;
    },
    stopWaiting: () => closing.abort(),
    close: () => store.close(),
  };
}

async function migrateWhenReachable(store: PostgresStore, logger: Logger, closing: AbortSignal): Promise<void> {
  for (let warned = false; ; warned = true) {
    try {
      await store.migrate();
      if (warned) logger.info('the database is there');
      return;
    } catch (err) {
      const waits = err instanceof StoreError && (err.trouble === 'unreachable' || err.trouble === 'slow');
      if (!waits || closing.aborted) throw err;
      if (!warned) logger.warn({ err }, 'waiting for the database');
      await setTimeout(RETRY_MS, undefined, { signal: closing });
    }
  }
}
