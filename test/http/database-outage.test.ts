import { expect, onTestFinished, test } from 'vitest';
import { readConfig } from '../../src/config/config.js';
import { createLogger } from '../../src/observability/logging.js';
import { createKey, KeyRing } from '../../src/persistence/keys/api-keys.js';
import { openDatabaseStorage } from '../../src/wiring/database-storage.js';
import { openDatabaseGallery } from '../gallery/pgvector-gallery-fixture.js';
import { temporaryFolder } from '../persistence/temporary-folder.js';
import { fakeApp } from '../support/fake-app.js';
import { FakeWebhooks } from '../support/fake-webhooks.js';
import { FakeAnalyser } from '../support/fakes.js';
import { field, file } from '../support/multipart.js';
import { client } from '../support/target.js';
import { useTestDatabase } from '../support/test-database.js';

const database = useTestDatabase();
const unavailable = { status: 503, headers: { 'retry-after': '1' }, json: { code: '503' } };

async function ready(target: Awaited<ReturnType<typeof fakeApp>>['target']): Promise<number> {
  return (await target.send({ method: 'GET', path: '/ready', absolute: true })).status;
}

test('requests answer 503 while the database is away, and work afterwards without a restart', async () => {
  const { gallery, directory, store } = await openDatabaseGallery(database());
  const { target, lines } = await fakeApp(
    {},
    {
      keys: new KeyRing(store, []),
      services: () => ({ gallery, directory, analyser: new FakeAnalyser(), model: 'm1', webhooks: new FakeWebhooks() }),
      checkReady: () => store.ping(),
    },
  );
  const { post, get } = client(target, await createKey(store, { tenant: 'acme' }));
  await post('/create', field('id', 'u1'), field('name', 'Somebody'));
  await post('/add', field('id', 'u1'), file('cos:1'));
  expect(await ready(target)).toBe(200);

  await database().goAway();
  expect(await post('/search', file('cos:1'))).toMatchObject(unavailable);
  expect(await post('/create', field('id', 'u2'), field('name', 'Somebody'))).toMatchObject(unavailable);
  expect(await get('/list')).toMatchObject(unavailable);
  expect(await ready(target)).toBe(503);
  expect((await target.send({ method: 'GET', path: '/health', absolute: true })).status).toBe(200);

  await database().comeBack();
  expect(await ready(target)).toBe(200);
  expect((await post('/search', file('cos:1'))).json).toMatchObject({ data: { id: 'u1' }, code: '200' });
  expect((await get('/list')).json).toEqual({ data: [{ id: 'u1', name: 'Somebody' }], code: '200' });
  expect(lines.join('')).toContain('does not answer');
  expect(lines.join('')).not.toContain('Somebody');
  expect(lines.join('')).not.toContain('postgres:postgres');
});

test('a server that starts before its database waits for it', async () => {
  await database().goAway();
  const config = readConfig({ DATA_DIR: await temporaryFolder(), ...database().env });
  const storage = await openDatabaseStorage(database().url, config, createLogger('silent'));
  onTestFinished(() => storage.close());
  await expect(storage.store.ping()).rejects.toMatchObject({ trouble: 'unreachable' });
  await database().comeBack();
  await storage.prepared;
  await storage.store.ping();
});

test('a server that is stopped while it waits ends', async () => {
  await database().goAway();
  const config = readConfig({ DATA_DIR: await temporaryFolder(), ...database().env });
  const storage = await openDatabaseStorage(database().url, config, createLogger('silent'));
  storage.stopWaiting();
  await expect(storage.prepared).rejects.toThrow();
  await storage.close();
  await database().comeBack();
});
