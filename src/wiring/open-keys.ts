import { join } from 'node:path';
import type { Config } from '../config/config.js';
import { DATABASE } from '../persistence/data-folder/data-folder.js';
import { PostgresStore } from '../persistence/people/postgres/postgres-store.js';
import { SqliteStore } from '../persistence/people/sqlite/sqlite-store.js';
import type { ApiKeyStore } from '../persistence/store.js';

/**
 * The API keys of the server with this configuration, which may run meanwhile.
 * @throws StoreError, or Error with a message for the operator
 */
export async function openKeys(config: Config): Promise<ApiKeyStore> {
  if (config.DATABASE_URL === undefined) return SqliteStore.openForApiKeys(join(config.DATA_DIR, DATABASE));
  const store = new PostgresStore({ url: config.DATABASE_URL, connections: 1, timeout: config.DATABASE_TIMEOUT });
  try {
    await store.migrate(config.DATABASE_VECTORS);
    return store;
  } catch (error) {
    await store.close();
    throw error;
  }
}
