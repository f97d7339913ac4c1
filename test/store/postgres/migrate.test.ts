import { expect, onTestFinished, test } from 'vitest';
import { Database } from '../../../src/store/postgres/database.js';
import { migrate } from '../../../src/store/postgres/migrate.js';
import { migrations } from '../../../src/store/postgres/migrations.js';
import { useTestDatabase } from '../../support/pglite.js';

const database = useTestDatabase();

function connect(): Database {
  const connected = new Database({ url: database().url, connections: 1, timeout: 30_000 });
  onTestFinished(() => connected.close());
  return connected;
}

test('servers that start together make the schema once', async () => {
  const nodes = [connect(), connect(), connect()];
  await connect().run('DROP SCHEMA public CASCADE; CREATE SCHEMA public');
  await Promise.all(nodes.map(migrate));
  const rows = await (nodes[0] as Database).run('SELECT version FROM schema_migrations ORDER BY version');
  expect(rows).toEqual(migrations.map((_, i) => ({ version: i + 1 })));
});

test('a database of a newer server is refused and left as it is', async () => {
  const node = connect();
  await migrate(node);
  await node.run('INSERT INTO schema_migrations (version) VALUES ($1)', [migrations.length + 1]);
  await expect(migrate(node)).rejects.toThrow('made by a newer server');
  await node.run('DELETE FROM schema_migrations WHERE version > $1', [migrations.length]);
  await migrate(node);
});

test('every key of users and faces holds the number of the collection, by which they are distributed', async () => {
  const node = connect();
  await migrate(node);
  const keys = await node.run<{ table: string; columns: string[] }>(
    `SELECT i.indrelid::regclass::text AS table, array_agg(a.attname::text) AS columns
     FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = ANY (i.indkey)
     WHERE i.indisunique AND i.indrelid IN ('users'::regclass, 'faces'::regclass) GROUP BY i.indexrelid, i.indrelid`,
  );
  expect(keys.map(({ table }) => table).sort()).toEqual(['faces', 'users', 'users']);
  for (const { columns } of keys) expect(columns).toContain('collection_id');
});
