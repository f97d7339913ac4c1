import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { changeDataKey } from '../../src/persistence/encryption/change-data-key.js';
import { DataKey } from '../../src/persistence/encryption/data-key.js';
import { SqliteStore } from '../../src/persistence/people/sqlite/sqlite-store.js';
import { useTestDatabase } from '../support/test-database.js';
import { describeAccounts } from './describe-accounts.js';
import { temporaryFolder } from './temporary-folder.js';

async function openSqlite(path: string, dataKey?: DataKey): Promise<SqliteStore> {
  const store = await SqliteStore.open(path, { dataKey });
  onTestFinished(() => store.close());
  return store;
}

const file = async () => join(await temporaryFolder(), 'facesearch.sqlite');

describe('SQLite', () => {
  describeAccounts(async () => openSqlite(await file()));
});

describe('PostgreSQL', () => {
  const database = useTestDatabase();
  describeAccounts(async () => {
    await database().clear();
    const store = database().store();
    onTestFinished(() => store.close());
    return store;
  });
});

test('with a data key no file shows the secret of a second factor, and another key opens it after a change', async () => {
  const folder = await temporaryFolder();
  const path = join(folder, 'facesearch.sqlite');
  const [from, to] = [DataKey.parse('ab'.repeat(32)), DataKey.parse('cd'.repeat(32))];
  const store = await SqliteStore.open(path, { dataKey: from });
  const id =
    (await store.accounts.add({ tenant: 'acme', name: 'anna', role: 'admin', password: 'p', mustChange: false })) ?? 0;
  await store.accounts.offerTotp(id, 'SECRETOFANNA');
  await store.accounts.confirmTotp(id, 1, []);
  await store.accounts.offerTotp(id, 'NEXTOFANNA');
  await store.close();
  const bytes = await readFile(path, 'latin1');
  for (const text of ['SECRETOFANNA', 'NEXTOFANNA']) expect(bytes).not.toContain(text);
  await changeDataKey({ folder, from, to });
  const changed = await openSqlite(path, to);
  expect(await changed.accounts.totpOf(id)).toEqual({ secret: 'SECRETOFANNA', offered: 'NEXTOFANNA' });
});
