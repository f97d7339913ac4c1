import { expect, onTestFinished, test } from 'vitest';
import { readConfig } from '../../src/config/config.js';
import { createLogger } from '../../src/observability/logging.js';
import { openServer } from '../../src/server.js';
import { openFolderStorage } from '../../src/wiring/folder-storage.js';
import { photos } from '../contract/contract-photos.js';
import { temporaryFolder } from '../persistence/temporary-folder.js';
import { storeThreadUrl } from '../support/compiled-threads.js';
import { field, file } from '../support/multipart.js';
import { realServer } from '../support/real-server.js';
import { useTestS3 } from '../support/s3-server.js';
import { client, injectTarget } from '../support/target.js';
import { useTestDatabase } from '../support/test-database.js';

const s3 = useTestS3();
const database = useTestDatabase();
const unavailable = { status: 503, headers: { 'retry-after': '1' }, json: { code: '503' } };

async function keys(): Promise<string[]> {
  const all: string[] = [];
  for await (const key of s3().store().keys()) all.push(key);
  return all;
}

const dataKey = { DATA_KEY: '42'.repeat(32) };
test.each([
  ['SQLite', () => ({})],
  ['SQLite, encrypted', () => dataKey],
  ['PostgreSQL', () => database().env],
])(
  '%s: a photo is put, read and erased in the bucket; while the bucket is away, only requests that need it fail',
  async (_name, env) => {
    await s3().clear();
    const { app, key, close } = await realServer({ ...s3().env, ...env() });
    onTestFinished(close);
    const target = injectTarget(app);
    const { post, delete: remove, get } = client(target, key);
    const admin = (path: string) => app.inject({ method: 'GET', url: `/admin/v1${path}`, headers: { api_key: key } });

    const enrol = () => post('/search', file(photos.franck), field('create', 'true'), field('collection', 'c'));
    const { id } = (await enrol()).json.data as { id: string };
    expect(await keys()).toHaveLength(1);
    const [name = ''] = await keys();
    const raw = (await s3().store().get(name)) ?? Buffer.alloc(0);
    expect(raw.equals(photos.franck)).toBe(!('DATA_KEY' in env()));
    const faces = await admin(`/faces?collection=c&id=${id}`);
    const [{ face } = { face: 0 }] = (faces.json() as { data: { face: number }[] }).data;
    const photoUrl = `/faces/${face}/photo?collection=c&id=${id}`;
    expect((await admin(photoUrl)).rawPayload.equals(photos.franck)).toBe(true);

    await s3().goAway();
    expect((await admin(photoUrl)).statusCode).toBe(503);
    const stranger = () => post('/search', file(photos.franck), field('create', 'true'), field('collection', 'd'));
    expect(await stranger()).toMatchObject(unavailable);
    expect((await get('/list?collection=d')).json.data).toEqual([]);
    expect((await enrol()).json).toMatchObject({ data: { id } });
    expect((await target.send({ method: 'GET', path: '/ready', absolute: true })).status).toBe(200);
    // The person is gone at once, the photo as soon as it can be.
    expect((await remove('/delete', field('id', id), field('collection', 'c'))).json.code).toBe('200');

    await s3().comeBack();
    const again = (await stranger()).json.data as { id: string };
    expect(await keys()).not.toEqual([]);
    await remove('/delete', field('id', again.id), field('collection', 'd'));
    await expect.poll(keys).toEqual([]);
  },
);

test('a server that starts before its photo store waits for it, and ends when it is stopped', async () => {
  await s3().goAway();
  const config = readConfig({ DATA_DIR: await temporaryFolder(), ...s3().env });
  const waiting = await openFolderStorage(config, createLogger('silent'), { store: storeThreadUrl });
  await s3().comeBack();
  await waiting.prepared;
  await waiting.close();
  await s3().goAway();
  const stopped = await openFolderStorage(config, createLogger('silent'), { store: storeThreadUrl });
  stopped.stopWaiting();
  await expect(stopped.prepared).rejects.toThrow();
  await stopped.close();
  await s3().comeBack();
});

test('a server whose bucket does not exist does not start, and says so', async () => {
  const config = readConfig({ DATA_DIR: await temporaryFolder(), ...s3().env, S3_BUCKET: 'nowhere' });
  const server = await openServer(
    config,
    createLogger('silent'),
    new URL('../../dist/src/vision/worker.js', import.meta.url),
  );
  await expect(server.started).rejects.toThrow('there is no bucket of this name');
  await server.close();
});
