import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type Config, dataKeyOf } from '../config/config.js';
import { DATABASE } from '../persistence/data-folder/data-folder.js';
import type { CallerStore } from '../persistence/keys/api-key-store.js';
import type { DatabaseOptions } from '../persistence/people/postgres/database.js';
import { PostgresStore } from '../persistence/people/postgres/postgres-store.js';
import { openDatabase } from '../persistence/people/sqlite/sqlite-database.js';
import { SqliteStore } from '../persistence/people/sqlite/sqlite-store.js';
import type { Store } from '../persistence/store.js';

/**
 * The people of the server with this configuration, which may run meanwhile.
 * @param database of PostgreSQL: what it knows the connection by, where it must not pass for a server; milliseconds for a statement
 * @returns undefined where no server has ever stored anything
 * @throws StoreError, DataKeyError, or Error with a message for the operator
 */
export async function openExistingStore(
  config: Config,
  database: Partial<Pick<DatabaseOptions, 'name' | 'timeout'>> = {},
): Promise<Store | undefined> {
  if (config.DATABASE_URL !== undefined) return openPostgres(config, config.DATABASE_URL, database);
  const file = join(config.DATA_DIR, DATABASE);
  return existsSync(file) ? SqliteStore.open(file, { dataKey: dataKeyOf(config) }) : undefined;
}

/**
 * The API keys and console users of the server with this configuration, which may run meanwhile.
 * @throws StoreError, or Error with a message for the operator
 */
export async function openKeys(config: Config): Promise<CallerStore> {
  if (config.DATABASE_URL !== undefined) return openPostgres(config, config.DATABASE_URL);
  return SqliteStore.over(openDatabase(join(config.DATA_DIR, DATABASE), 'no people'));
}

async function openPostgres(
  config: Config,
  url: string,
  database: Partial<DatabaseOptions> = {},
): Promise<PostgresStore> {
  const store = new PostgresStore({ url, connections: 1, timeout: config.DATABASE_TIMEOUT, ...database });
  try {
    await store.migrate(config.DATABASE_VECTORS);
    return store;
  } catch (error) {
    await store.close();
    throw error;
  }
}
