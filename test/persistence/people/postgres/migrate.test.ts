import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { PostgresDatabase } from '../../../../src/persistence/people/postgres/database.js';
import { migrate } from '../../../../src/persistence/people/postgres/migrate.js';
import { migrations, vectorTypeChange } from '../../../../src/persistence/people/postgres/migrations.js';
import { projectRoot } from '../../../../src/util/paths.js';
import { useTestDatabase } from '../../../support/test-database.js';
import { RandomVectors } from '../../../vector-index/random-vectors.js';
import { anna, staff } from '../../describe-store.js';

const database = useTestDatabase();

function connect(): PostgresDatabase {
  const connected = new PostgresDatabase({ url: database().url, connections: 1, timeout: 30_000 });
  onTestFinished(() => connected.close());
  return connected;
}

test('servers that start together make the schema once', async () => {
  const nodes = [connect(), connect(), connect()];
  await connect().run('DROP SCHEMA public CASCADE; CREATE SCHEMA public');
  await Promise.all(nodes.map((node) => migrate(node)));
  const rows = await (nodes[0] as PostgresDatabase).run('SELECT version FROM schema_migrations ORDER BY version');
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

test('embeddings of 16 bits are kept by choice, are searched alike, and no other server changes that', async () => {
  const node = connect();
  await node.run('DROP SCHEMA public CASCADE; CREATE SCHEMA public');
  await migrate(node, 'halfvec');
  await expect(migrate(node, 'vector')).rejects.toThrow('keeps embeddings as halfvec, and vector is asked for');
  await migrate(node);
  const store = database().store();
  onTestFinished(() => store.close());
  const random = new RandomVectors(5);
  const embedding = random.unit(512);
  await store.addUserWithFace(staff, anna, { embedding, model: 'm1' });
  const kind = { model: 'm1', cohort: 'none' };
  const [found] = (await store.nearestPeople(staff, kind, random.near(embedding, 0.7), 1)).people;
  const [face] = found?.faces ?? [];
  expect(found?.user).toEqual(anna);
  // Half precision: 11 bits of each number.
  expect(face?.embedding).not.toEqual(embedding);
  for (const [i, x] of embedding.entries()) expect(face?.embedding?.[i]).toBeCloseTo(x, 3);
  await node.run(vectorTypeChange('vector'));
  await migrate(node, 'vector');
  expect(await store.nearestPeople(staff, kind, embedding, 1)).toMatchObject({ faces: 1 });
});

test('every key of users and faces holds the number of the collection, by which they are distributed', async () => {
  const node = connect();
  await migrate(node);
  const keys = await node.run<{ table: string; columns: string[] }>(
    `SELECT i.indrelid::regclass::text AS table, array_agg(a.attname::text) AS columns
     FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = ANY (i.indkey)
     WHERE i.indisunique AND i.indrelid IN ('users'::regclass, 'faces'::regclass, 'templates'::regclass, 'cohort_members'::regclass)
     GROUP BY i.indexrelid, i.indrelid`,
  );
  expect(keys.map(({ table }) => table).sort()).toEqual([
    'cohort_members',
    'faces',
    'templates',
    'users',
    'users',
    'users',
  ]);
  for (const { columns } of keys) expect(columns).toContain('collection_id');
});

test('foreign keys are such as Citus takes: to tables of every node, or within a collection', async () => {
  const script = readFileSync(join(projectRoot, 'scripts', 'postgres', 'citus.sql'), 'utf8');
  const named = (call: string) => [...script.matchAll(new RegExp(`${call}\\('(\\w+)'`, 'g'))].map(([, table]) => table);
  const everywhere = named('create_reference_table');
  const distributed = named('create_distributed_table');
  const node = connect();
  await migrate(node);
  const tables = await node.run<{ name: string }>(
    `SELECT relname AS name FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')
       AND NOT relispartition AND relname <> 'schema_migrations'`,
  );
  expect([...everywhere, ...distributed].sort()).toEqual(tables.map(({ name }) => name).sort());
  const keys = await node.run<{ source: string; target: string; columns: string[]; targets: string[] }>(
    `SELECT c.conrelid::regclass::text AS source, c.confrelid::regclass::text AS target,
       (SELECT array_agg(attname::text ORDER BY attnum) FROM pg_attribute WHERE attrelid = c.conrelid AND attnum = ANY (c.conkey)) AS columns,
       (SELECT array_agg(attname::text ORDER BY attnum) FROM pg_attribute WHERE attrelid = c.confrelid AND attnum = ANY (c.confkey)) AS targets
     FROM pg_constraint c JOIN pg_class r ON r.oid = c.conrelid WHERE c.contype = 'f' AND NOT r.relispartition`,
  );
  expect(keys.map(({ source, target }) => `${source} ${target}`).sort()).toEqual([
    'accounts tenants',
    'api_keys tenants',
    'attendance users',
    'cohort_members users',
    'cohorts tenants',
    'collection_counts collections',
    'collections tenants',
    'deliveries webhooks',
    'duplicate_pairs users',
    'duplicate_pairs users',
    'duplicate_scans collections',
    'faces users',
    'recovery_codes accounts',
    'recycled collections',
    'sessions accounts',
    'sessions tenants',
    'staged_embeddings users',
    'templates users',
    'users collections',
    'webhooks tenants',
  ]);
  for (const { source, target, columns, targets } of keys) {
    if (everywhere.includes(target)) continue;
    expect(distributed, `${source} to ${target}`).toContain(source);
    expect(columns).toContain('collection_id');
    expect(targets).toContain('collection_id');
  }
});
