import { readFile } from 'node:fs/promises';
import { relative } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { columnsOf } from '../../scripts/postgres/dump-rows.js';
import { startPglite } from '../../scripts/postgres/pglite-engine.js';
import { schemaText } from '../../scripts/postgres/schema-text.js';
import { schemas } from '../../scripts/schemas.js';
import { PostgresDatabase } from '../../src/persistence/people/postgres/database.js';
import { migrate } from '../../src/persistence/people/postgres/migrate.js';
import { projectRoot } from '../../src/util/paths.js';

test.each(schemas.map((schema) => ({ ...schema, name: relative(projectRoot, schema.file) })))(
  '$name shows the schema that the migrations make',
  async ({ file, make }) => {
    expect(await readFile(file, 'utf8'), 'run `npm run docs:schema` and review what changed').toBe(await make());
  },
);

test('the text of a PostgreSQL schema makes that schema', async () => {
  const engine = await startPglite();
  onTestFinished(() => engine.stop());
  const database = new PostgresDatabase({ url: engine.url, connections: engine.connections, timeout: 30_000 });
  onTestFinished(() => database.close());
  await migrate(database, 'halfvec');
  const text = await schemaText(database.run);
  expect(text.tables).toContain('halfvec(512)');
  // The data of releases are dumped by it: a new table must have its place there.
  expect((await columnsOf(database.run)).size).toBeGreaterThan(0);
  await database.run('DROP SCHEMA public CASCADE; CREATE SCHEMA public');
  await database.run(text.tables + text.links);
  expect(await schemaText(database.run)).toEqual(text);
});
