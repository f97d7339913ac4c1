import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { PostgresDatabase } from '../../../src/persistence/people/postgres/database.js';
import { migrations as postgresMigrations } from '../../../src/persistence/people/postgres/migrations.js';
import { migrations } from '../../../src/persistence/people/sqlite/migrations.js';
import { SqliteStore } from '../../../src/persistence/people/sqlite/sqlite-store.js';
import { Database } from '../../../src/persistence/sqlite.js';
import type { Store } from '../../../src/persistence/store.js';
import { useTestDatabase } from '../../support/test-database.js';
import { staff } from '../describe-store.js';
import { temporaryFolder } from '../temporary-folder.js';

const isCounting = (sql: string) => sql.includes('CREATE TABLE collection_counts');

async function expectCounted(store: Store): Promise<void> {
  expect(await store.countPeople('acme')).toEqual([{ collection: 'staff', users: 2, faces: 2 }]);
  expect(await store.countFacesByModel()).toEqual(
    new Map([
      ['m1', 1],
      ['m2', 1],
    ]),
  );
  const query = { search: '', sort: 'name', withoutFace: true, offset: 0, after: undefined, limit: 5 } as const;
  const faceless = { total: 1, users: [{ id: 'b1', name: 'Bình', faces: 0 }] };
  expect(await store.userPages.page(staff, query)).toMatchObject(faceless);
  expect(await store.userPages.page(staff, { ...query, search: 'binh' })).toMatchObject(faceless);
  await store.deleteUser(staff, 'a1');
  expect(await store.countPeople('acme')).toEqual([{ collection: 'staff', users: 1, faces: 0 }]);
}

test('SQLite: what an older version wrote is counted and can be searched', async () => {
  const file = join(await temporaryFolder(), 'facesearch.db');
  const old = migrations.findIndex(isCounting);
  const db = new Database(file);
  for (const sql of migrations.slice(0, old)) db.exec(sql);
  db.pragma('application_id = 0x46537276');
  db.pragma(`user_version = ${old}`);
  db.exec(`
    INSERT INTO tenants VALUES (1, 'acme');
    INSERT INTO collections VALUES (1, 1, 'staff', 0);
    INSERT INTO users (collection_id, client_id, name, created_at) VALUES (1, 'a1', 'Ân', 0), (1, 'b1', 'Bình', 0);
    INSERT INTO faces (collection_id, user_id, model, embedding, created_at)
      VALUES (1, 1, 'm1', zeroblob(2048), 0), (1, 1, 'm2', zeroblob(2048), 0);`);
  db.close();
  const store = await SqliteStore.open(file);
  onTestFinished(() => store.close());
  await expectCounted(store);
});

const database = useTestDatabase();

test('PostgreSQL: what an older version wrote is counted and can be searched', async () => {
  const node = new PostgresDatabase({ url: database().url, connections: 1, timeout: 30_000 });
  await node.run('DROP SCHEMA public CASCADE; CREATE SCHEMA public; CREATE EXTENSION vector');
  await node.run('CREATE TABLE schema_migrations (version int PRIMARY KEY, at timestamptz DEFAULT now())');
  for (const [i, sql] of postgresMigrations.slice(0, postgresMigrations.findIndex(isCounting)).entries()) {
    await node.run(sql);
    await node.run('INSERT INTO schema_migrations (version) VALUES ($1)', [i + 1]);
  }
  await node.run(`
    INSERT INTO tenants (name) VALUES ('acme');
    INSERT INTO collections (tenant_id, name) VALUES (1, 'staff');
    INSERT INTO users (collection_id, client_id, name) VALUES (1, 'a1', convert_to('Ân', 'UTF8')), (1, 'b1', convert_to('Bình', 'UTF8'));
    INSERT INTO faces (collection_id, user_id, model, embedding)
      SELECT 1, 1, model, array_fill(0.1, ARRAY[512])::vector FROM unnest(ARRAY['m1', 'm2']) AS model`);
  await node.close();
  const store = database().store();
  onTestFinished(() => store.close());
  await store.migrate();
  await expectCounted(store);
});
