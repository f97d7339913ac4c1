import { randomBytes } from 'node:crypto';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { Backups } from '../../../src/persistence/backup/backups.js';
import { restore } from '../../../src/persistence/backup/restore.js';
import { DataKey } from '../../../src/persistence/encryption/data-key.js';
import { backupWorkerUrl as workerUrl } from '../../support/compiled-threads.js';
import { fakeApp, otherKey, testKey } from '../../support/fake-app.js';
import { FakeWebhooks } from '../../support/fake-webhooks.js';
import { FakeAnalyser, FakeGallery } from '../../support/fakes.js';
import { temporaryFolder } from '../temporary-folder.js';
import { contentOf, fillFolder } from './backup-fixture.js';

const logger = { info: () => {}, error: () => {} };

/** Backups of a data folder, and the endpoints for them. */
async function withBackups(key?: DataKey, freeBytes?: () => Promise<number>) {
  const root = await temporaryFolder();
  const dataFolder = join(root, 'data');
  const folder = join(root, 'backups');
  await fillFolder(dataFolder, 10, key);
  const backups = new Backups({
    folder,
    dataFolder,
    s3: undefined,
    logger,
    workerUrl,
    ...(freeBytes && { freeBytes }),
  });
  onTestFinished(() => backups.close());
  const gallery = new FakeGallery();
  const analyser = new FakeAnalyser();
  const webhooks = new FakeWebhooks();
  const { app } = await fakeApp(
    {},
    { services: () => ({ gallery, directory: gallery, analyser, model: 'm1', webhooks, backups }) },
  );
  const send = (method: 'GET' | 'POST' | 'DELETE', path = '', api_key = testKey) =>
    app.inject({ method, url: `/admin/v1/backups${path}`, headers: { api_key } });
  const ended = () => vi.waitFor(() => expect(backups.run?.state).not.toBe('running'), { timeout: 20_000 });
  return { root, folder, dataFolder, backups, send, ended };
}

test('an operator makes, lists, downloads and deletes a backup, which stays encrypted and can be restored', async () => {
  const key = new DataKey(randomBytes(32));
  const { root, folder, dataFolder, send, ended } = await withBackups(key);
  expect((await send('GET')).json().data).toEqual({ run: null, backups: [] });
  // What a killed one left.
  await mkdir(join(folder, 'old.tar.unfinished'), { recursive: true });
  const [begun, second] = await Promise.all([send('POST'), send('POST')]);
  expect([begun.json(), second.json()]).toMatchObject([
    { data: { state: 'running', fault: null } },
    { code: '409', reason: 'backup-running' },
  ]);
  await ended();
  const { run, backups } = (await send('GET')).json().data;
  expect(run).toMatchObject({ state: 'done', done: 5, total: 5, missing: 0, fault: null });
  expect(backups).toEqual([{ backup: run.backup, created: expect.any(String), bytes: expect.any(Number) }]);
  expect(await readdir(folder)).toEqual([run.backup]);

  const file = await send('GET', `/${run.backup}/file`);
  expect(file.headers).toMatchObject({
    'content-type': 'application/x-tar',
    'content-length': String(backups[0].bytes),
    'content-disposition': `attachment; filename="${run.backup}"`,
  });
  expect(file.rawPayload.includes('Person 1')).toBe(false);
  const downloaded = join(root, 'downloaded.tar');
  await writeFile(downloaded, file.rawPayload);
  await restore({ file: downloaded, folder: join(root, 'restored') });
  expect(await contentOf(join(root, 'restored'), key)).toEqual(await contentOf(dataFolder, key));

  for (const name of ['none.tar', '..%2Fdata%2Ffacesearch.sqlite', 'old.tar.unfinished'])
    expect((await send('DELETE', `/${name}`)).json()).toMatchObject({ code: '404', reason: 'backup-not-found' });
  expect((await send('DELETE', `/${run.backup}`)).json().data).toBe('Backup deleted');
  expect(await readdir(folder)).toEqual([]);
}, 30_000);

test('a tenant cannot reach the backups of all', async () => {
  const { send } = await withBackups();
  for (const method of ['GET', 'POST'] as const)
    expect((await send(method, '', otherKey)).json()).toEqual({
      data: 'This api_key has no permission to operate',
      code: '403',
      reason: 'missing-permission',
    });
});

test('a backup that has no place says so: too little space before it begins, a folder that is none, a damaged database', async () => {
  const full = await withBackups(undefined, async () => 1_000_000);
  expect((await full.send('POST')).json()).toMatchObject({
    data: expect.stringMatching(
      /^There is not enough space for a backup: 1 MB are free, and it needs at least \d+ MB$/,
    ),
    reason: 'backup-space',
  });
  const { folder, send } = await withBackups();
  await writeFile(folder, 'a file');
  expect((await send('POST')).json()).toMatchObject({ code: '409', reason: 'backup-folder' });
  expect((await send('GET')).json().data).toEqual({ run: null, backups: [] });

  const broken = await withBackups();
  await writeFile(join(broken.dataFolder, 'facesearch.sqlite'), randomBytes(50_000));
  await broken.send('POST');
  await broken.ended();
  expect((await broken.send('GET')).json().data).toMatchObject({
    run: { state: 'failed', fault: 'damaged' },
    backups: [],
  });
  expect(await readdir(broken.folder)).toEqual([]);
}, 30_000);

test('where people are in PostgreSQL the endpoints name the tool that backs it up', async () => {
  const { app } = await fakeApp();
  const answer = await app.inject({ method: 'POST', url: '/admin/v1/backups', headers: { api_key: testKey } });
  expect(answer.json()).toMatchObject({
    code: '409',
    reason: 'backup-of-database',
    data: expect.stringContaining('pg_dump'),
  });
});
