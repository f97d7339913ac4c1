import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { changeDataKey } from '../../src/persistence/encryption/change-data-key.js';
import { DataKey } from '../../src/persistence/encryption/data-key.js';
import { SqliteStore } from '../../src/persistence/people/sqlite/sqlite-store.js';
import { useTestDatabase } from '../support/test-database.js';
import { describeWebhooks } from './describe-webhooks.js';
import { temporaryFolder } from './temporary-folder.js';

const file = async () => join(await temporaryFolder(), 'facesearch.sqlite');

async function openSqlite(path: string, dataKey?: DataKey): Promise<SqliteStore> {
  const store = await SqliteStore.open(path, { dataKey });
  onTestFinished(() => store.close());
  return store;
}

describe('SQLite', () => {
  describeWebhooks(async () => openSqlite(await file()));
});

describe('SQLite with a data key', () => {
  const dataKey = DataKey.parse('ab'.repeat(32));
  describeWebhooks(async () => openSqlite(await file(), dataKey));

  test('no file shows a URL, a secret or an id, and another key opens them after a change', async () => {
    const folder = await temporaryFolder();
    const path = join(folder, 'facesearch.sqlite');
    const store = await SqliteStore.open(path, { dataKey });
    const id = await store.webhooks.add('acme', {
      url: 'https://example.com/token-of-acme',
      secret: 'whsec_of_acme',
      events: ['match'],
    });
    await store.webhooks.publish({ tenant: 'acme', type: 'match', data: { id: 'person-of-acme' } });
    await store.close();
    const bytes = await readFile(path, 'latin1');
    for (const text of ['token-of-acme', 'whsec_of_acme', 'person-of-acme']) expect(bytes).not.toContain(text);

    const next = DataKey.parse(randomBytes(32).toString('hex'));
    expect(await changeDataKey({ folder, from: dataKey, to: next })).toBe(true);
    const changed = await openSqlite(path, next);
    expect(await changed.webhooks.claim(id, new Date(), new Date(), 10)).toMatchObject([
      { url: 'https://example.com/token-of-acme', secret: 'whsec_of_acme', data: { id: 'person-of-acme' } },
    ]);
  });
});

describe('PostgreSQL', () => {
  const database = useTestDatabase();
  describeWebhooks(async () => {
    await database().clear();
    const store = database().store();
    onTestFinished(() => store.close());
    return store;
  });
});
