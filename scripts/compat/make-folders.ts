import { cp, mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { readConfig } from '../../src/config/config.js';
import type { SimilarityScale } from '../../src/gallery/scoring/similarity.js';
import { createLogger } from '../../src/observability/logging.js';
import { DATABASE, INDEX_CACHE, PHOTOS } from '../../src/persistence/data-folder/data-folder.js';
import { migrations } from '../../src/persistence/people/sqlite/migrations.js';
import { Database } from '../../src/persistence/sqlite.js';
import { openFolderStorage } from '../../src/wiring/folder-storage.js';
import { type CompatContents, crowd } from './contents.js';
import { fill } from './fill.js';

/** Moving a crowd into its graph takes about a second. */
const GRAPH_BUILT_MS = 5000;

export interface FolderOptions {
  scale: SimilarityScale;
  /** 64 hex digits. */
  dataKey?: string;
  /** Runs while the server's files are open. */
  whileOpen?: () => Promise<void>;
}

/** Fills a data folder, with the snapshot of a graph where there is a crowd. */
export async function makeFolder(
  folder: string,
  contents: CompatContents,
  { scale, dataKey, whileOpen }: FolderOptions,
): Promise<void> {
  await mkdir(folder, { mode: 0o700 });
  const config = readConfig({ DATA_DIR: folder, VECTOR_INDEX: 'hnsw', DATA_KEY: dataKey });
  const storage = await openFolderStorage(config, createLogger('error'));
  await storage.prepared;
  const gallery = await storage.openGallery(contents.model, scale);
  await fill(storage, gallery, contents);
  await whileOpen?.();
  const people = contents.collections.find(({ collection }) => collection === crowd.collection)?.people.length;
  if (people !== undefined) await setTimeout(GRAPH_BUILT_MS);
  await gallery.close();
  await storage.close();
  if (people !== undefined && dataKey === undefined) await requireWholeGraph(join(folder, INDEX_CACHE), people);
}

async function requireWholeGraph(folder: string, vectors: number): Promise<void> {
  const name = (await readdir(folder)).find((file) => file.endsWith('.index'));
  const [header = '{}'] = name ? (await readFile(join(folder, name), 'latin1')).split('\n', 1) : [];
  const { count } = JSON.parse(header) as { count?: number };
  if (count !== vectors) throw new Error(`the snapshot has ${count ?? 'no'} vectors instead of ${vectors}`);
}

/** Makes a data folder of an older schema from one of today's: only its first migrations, and the columns they know. */
export async function makeOlderFolder(folder: string, today: string, version: number): Promise<void> {
  await mkdir(folder, { mode: 0o700 });
  await cp(join(today, PHOTOS), join(folder, PHOTOS), { recursive: true });
  await rm(join(folder, PHOTOS, 'unfinished'), { recursive: true });
  const db = new Database(join(folder, DATABASE));
  db.pragma('page_size = 8192');
  for (const sql of migrations.slice(0, version)) db.exec(sql);
  db.prepare('ATTACH ? AS today').run(join(today, DATABASE));
  for (const name of ['application_id', 'user_version']) {
    const value = name === 'user_version' ? version : db.pragma(`today.${name}`, { simple: true });
    db.pragma(`main.${name} = ${value}`);
  }
  const tables = db
    .prepare<[], string>(`SELECT name FROM main.sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%'`)
    .pluck()
    .all();
  // A column that is gone today has its default.
  const columnsOf = db
    .prepare<[string, string], string>(
      `SELECT name FROM pragma_table_info(?, 'main') INTERSECT SELECT name FROM pragma_table_info(?, 'today')`,
    )
    .pluck();
  for (const table of tables) {
    const columns = columnsOf.all(table, table).join(', ');
    db.exec(`INSERT INTO main.${table} (${columns}) SELECT ${columns} FROM today.${table}`);
  }
  db.exec('DETACH today');
  db.pragma('journal_mode = WAL');
  db.close();
}
