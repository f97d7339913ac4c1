import type { Logger } from 'pino';
import type { Config } from '../config/config.js';
import { PgvectorGallery } from '../gallery/pgvector-gallery.js';
import { PostgresStore } from '../persistence/people/postgres/postgres-store.js';
import { openObjects } from './open-objects.js';
import type { Storage } from './storage.js';
import { whenReachable } from './when-reachable.js';

/** Photos where all servers find them, everything else in PostgreSQL, which also searches. */
export async function openDatabaseStorage(url: string, config: Config, logger: Logger): Promise<Storage> {
  const store = new PostgresStore({ url, connections: config.DATABASE_POOL, timeout: config.DATABASE_TIMEOUT });
  const { objects, check } = await openObjects(config);
  const closing = new AbortController();
  return {
    store,
    objects,
    prepared: Promise.all([
      whenReachable('the database', () => store.migrate(config.DATABASE_VECTORS), logger, closing.signal),
      whenReachable('the photo store', check, logger, closing.signal),
    ]).then(() => undefined),
    async openGallery(model, scale) {
      const gallery = new PgvectorGallery({ store, objects, model, scale, logger });
      await gallery.open();
      return gallery;
    },
    stopWaiting: () => closing.abort(),
    close: () => store.close(),
  };
}
