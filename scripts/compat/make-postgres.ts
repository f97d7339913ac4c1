import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readConfig } from '../../src/config/config.js';
import type { SimilarityScale } from '../../src/gallery/scoring/similarity.js';
import { createLogger } from '../../src/observability/logging.js';
import { PostgresDatabase } from '../../src/persistence/people/postgres/database.js';
import { migrations } from '../../src/persistence/people/postgres/migrations.js';
import { openDatabaseStorage } from '../../src/wiring/database-storage.js';
import { columnsOf, dumpRows } from '../postgres/dump-rows.js';
import { startPglite } from '../postgres/pglite-engine.js';
import { schemaText } from '../postgres/schema-text.js';
import { pack } from './archive.js';
import type { CompatContents } from './contents.js';
import { fill } from './fill.js';

const TIMEOUT = 60_000;

export interface PostgresParts {
  folder: string;
  scale: SimilarityScale;
  vectors: 'vector' | 'halfvec';
  /** Of an older schema: only its first migrations. */
  version?: number;
}

/** Fills a PostgreSQL, and packs its dump and its photos. */
export async function makePostgres(
  file: string,
  contents: CompatContents,
  { folder, scale, vectors, version = migrations.length }: PostgresParts,
): Promise<void> {
  await mkdir(folder);
  const engine = await startPglite();
  const env = {
    DATABASE_URL: engine.url,
    DATABASE_POOL: '1',
    DATABASE_TIMEOUT: String(TIMEOUT),
    DATABASE_VECTORS: vectors,
  };
  const storage = await openDatabaseStorage(
    engine.url,
    readConfig({ ...env, DATA_DIR: folder }),
    createLogger('silent'),
  );
  await storage.prepared;
  const gallery = await storage.openGallery(contents.model, scale);
  await fill(storage, gallery, contents);
  await gallery.close();
  await storage.close();
  const database = new PostgresDatabase({ url: engine.url, connections: engine.connections, timeout: TIMEOUT });
  await writeFile(join(folder, 'dump.sql'), await dump(database, version));
  await database.close();
  await engine.stop();
  await rm(join(folder, 'photos', 'unfinished'), { recursive: true });
  await pack(file, folder);
}

async function dump({ run }: PostgresDatabase, version: number): Promise<string> {
  if (version === migrations.length) {
    const { tables, links } = await schemaText(run);
    return tables + (await dumpRows(run, await columnsOf(run))) + links;
  }
  const engine = await startPglite();
  const older = new PostgresDatabase({ url: engine.url, connections: engine.connections, timeout: TIMEOUT });
  await older.run('CREATE EXTENSION vector');
  await older.run('CREATE TABLE schema_migrations (version int PRIMARY KEY, at timestamptz DEFAULT now())');
  for (const sql of migrations.slice(0, version)) await older.run(sql);
  const { tables, links } = await schemaText(older.run);
  // A column that is gone today, with the value that the keys of older contents have.
  await run('ALTER TABLE api_keys ADD COLUMN read_only boolean NOT NULL DEFAULT false');
  const rows = await dumpRows(run, await columnsOf(older.run));
  await older.close();
  await engine.stop();
  return `${tables + rows}DELETE FROM schema_migrations WHERE version > ${version};\n${links}`;
}
