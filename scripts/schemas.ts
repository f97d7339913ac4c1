import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { PostgresDatabase } from '../src/persistence/people/postgres/database.js';
import { migrate } from '../src/persistence/people/postgres/migrate.js';
import { openDatabase } from '../src/persistence/people/sqlite/sqlite-database.js';
import { projectRoot } from '../src/util/paths.js';
import { startPglite } from './postgres/pglite-engine.js';
import { schemaText } from './postgres/schema-text.js';

const notice = 'What the migrations make, written by `npm run docs:schema`: to be read, never run.';

/** The files that show the schemas, each with what makes its text anew. */
export const schemas: readonly { file: string; make: () => Promise<string> }[] = [
  { file: join(projectRoot, 'src', 'persistence', 'people', 'sqlite', 'schema.sql'), make: sqliteSchema },
  { file: join(projectRoot, 'src', 'persistence', 'people', 'postgres', 'schema.sql'), make: postgresSchema },
];

async function sqliteSchema(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'facesearch-'));
  try {
    const db = openDatabase(join(folder, 'new.sqlite'));
    // Internal tables and indexes of constraints have no SQL of their own.
    const statements = db
      .prepare<[], string>(
        `SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'
         ORDER BY tbl_name, type DESC, name`,
      )
      .pluck()
      .all();
    const number = (pragma: string) => Number(db.pragma(pragma, { simple: true }));
    const id = number('application_id').toString(16);
    const head = `-- ${notice}\n-- SQLite, version ${number('user_version')}, application id 0x${id}, pages of ${number('page_size')} bytes.\n\n`;
    db.close();
    return `${head}${statements.map((sql) => `${sql};\n`).join('\n')}`;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function postgresSchema(): Promise<string> {
  const engine = await startPglite();
  const database = new PostgresDatabase({ url: engine.url, connections: engine.connections, timeout: 30_000 });
  try {
    await migrate(database);
    const [row] = await database.run<{ version: number }>('SELECT max(version) AS version FROM schema_migrations');
    const { tables, links } = await schemaText(database.run);
    return `-- ${notice}\n-- PostgreSQL with pgvector, version ${row?.version}.\n\n${tables}\n${links}`;
  } finally {
    await database.close();
    await engine.stop();
  }
}

if (fileURLToPath(import.meta.url) === process.argv[1]) {
  for (const { file, make } of schemas) await writeFile(file, await make());
}
