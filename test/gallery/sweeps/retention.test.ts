import { randomBytes } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { RetentionSweep } from '../../../src/gallery/sweeps/retention-sweep.js';
import { DataKey } from '../../../src/persistence/encryption/data-key.js';
import { migrations } from '../../../src/persistence/people/sqlite/migrations.js';
import { SqliteStore } from '../../../src/persistence/people/sqlite/sqlite-store.js';
import { Database } from '../../../src/persistence/sqlite.js';
import { temporaryFolder } from '../../persistence/temporary-folder.js';
import { field, file } from '../../support/multipart.js';
import { photo } from '../../support/photos.js';
import { startServer } from '../../support/server-process.js';
import { client, httpTarget } from '../../support/target.js';
import { tracesIn } from '../../support/traces.js';
import { RandomVectors } from '../../vector-index/random-vectors.js';
import { idOf, never, openGallery } from '../gallery-fixture.js';

const DAY_MS = 86_400_000;
const staff = { tenant: 'acme', collection: 'staff' };
const random = new RandomVectors(11);

async function photosIn(folder: string): Promise<number> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).length;
}

/** Days are over at once. */
function stopClock() {
  vi.useFakeTimers({ toFake: ['Date', 'setInterval', 'clearInterval'] });
  onTestFinished(() => void vi.useRealTimers());
  return (days: number) => vi.setSystemTime(Date.now() + days * DAY_MS);
}

describe.each([
  ['plain', undefined],
  ['encrypted', new DataKey(randomBytes(32))],
])('in a store that is %s', (_name, dataKey) => {
  async function opened() {
    const { gallery, photos, store } = await openGallery(undefined, {}, dataKey);
    const enrol = async () => {
      const face = random.unit(512);
      return { face, id: idOf(await gallery.addUnknownPerson(staff, face, Buffer.from('photo'), never)) };
    };
    const sweep = async (days: number) => {
      const logger = { info: vi.fn(), error: vi.fn() };
      const erased: string[] = [];
      const retention = new RetentionSweep({ store, gallery, days, logger, onErased: (_where, id) => erased.push(id) });
      onTestFinished(() => retention.close());
      return { retention, logger, erased };
    };
    return { gallery, photos, store, enrol, sweep };
  }

  test('users that a search enrolled too long ago are erased with rows, index and photos; others stay', async () => {
    const passDays = stopClock();
    const { gallery, photos, store, enrol, sweep } = await opened();
    await gallery.saveUser(staff, { id: 'a1', name: 'Anna' });
    const [old, named] = [await enrol(), await enrol()];
    passDays(29);
    await gallery.saveUser(staff, { id: named.id, name: 'Ben' });
    const young = await enrol();
    await gallery.addFace(staff, old.id, random.unit(512));
    passDays(2);

    const { erased, logger, retention } = await sweep(30);
    await expect.poll(() => logger.info.mock.calls).toEqual([[{ erased: 1, days: 30 }, expect.any(String)]]);
    expect(erased).toEqual([old.id]);
    expect((await store.listUsers(staff)).map(({ id }) => id).sort()).toEqual(['a1', named.id, young.id].sort());
    expect((await gallery.search(staff, old.face))?.id).not.toBe(old.id);
    expect(gallery.facesInMemory).toBe(2);
    expect(await store.countFacesByModel()).toEqual(new Map([['m1', 2]]));
    await expect.poll(() => photosIn(photos)).toBe(2);

    // An hour later, and a month.
    await vi.advanceTimersByTimeAsync(3_600_000);
    expect(erased).toHaveLength(1);
    passDays(30);
    await vi.advanceTimersByTimeAsync(3_600_000);
    await expect.poll(() => erased).toEqual([old.id, young.id]);
    await retention.close();
    await expect.poll(() => photosIn(photos)).toBe(1);
    expect(logger.error).not.toHaveBeenCalled();
  });

  test('a user who is named between the look and the erasure stays', async () => {
    const passDays = stopClock();
    const { gallery, store, enrol } = await opened();
    const { id } = await enrol();
    passDays(2);
    const time = new Date();
    expect(await store.listAutoCreatedBefore(time)).toEqual([{ ...staff, userId: id }]);
    await gallery.saveUser(staff, { id, name: 'Ben' });
    expect(await store.deleteAutoCreatedBefore(time, staff, id)).toBeUndefined();
    expect(await store.listUsers(staff)).toEqual([{ id, name: 'Ben' }]);
  });
});

test('a sweep that fails is logged without names and tried again in an hour', async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  onTestFinished(() => void vi.useRealTimers());
  const listAutoCreatedBefore = vi.fn().mockRejectedValueOnce(new Error('disk full')).mockResolvedValue([]);
  const gallery = { deleteAutoCreatedBefore: vi.fn() };
  const logger = { info: vi.fn(), error: vi.fn() };
  const retention = new RetentionSweep({
    store: { listAutoCreatedBefore },
    gallery,
    days: 1,
    onErased: () => {},
    logger,
  });
  await expect.poll(() => logger.error.mock.calls).toHaveLength(1);
  await vi.advanceTimersByTimeAsync(3_600_000);
  expect(listAutoCreatedBefore).toHaveBeenCalledTimes(2);
  await retention.close();
  expect(logger.error).toHaveBeenCalledTimes(1);
});

test('an older database knows whom searches enrolled by their photos and missing names', async () => {
  const path = join(await temporaryFolder(), 'facesearch.db');
  const before = migrations.findIndex((sql) => sql.includes('enrolled_at'));
  const db = new Database(path);
  for (const sql of migrations.slice(0, before)) db.exec(sql);
  db.pragma('application_id = 0x46537276');
  db.pragma(`user_version = ${before}`);
  db.exec(`INSERT INTO tenants VALUES (1, 'acme'); INSERT INTO collections VALUES (1, 1, 'staff', 0);
    INSERT INTO users (user_id, collection_id, client_id, name, created_at)
    VALUES (1, 1, 'enrolled', '', 0), (2, 1, 'named', 'Mai', 0), (3, 1, 'empty', '', 0)`);
  const face = db.prepare(`INSERT INTO faces (collection_id, user_id, model, embedding, object_key, created_at)
    VALUES (1, ?, 'm1', ?, ?, 0)`);
  for (const userId of [1, 2]) face.run(userId, Buffer.from(random.unit(512).buffer), `p/${userId}`);
  db.close();
  const migrated = await SqliteStore.open(path);
  onTestFinished(() => migrated.close());
  const later = new Date(Date.now() + DAY_MS);
  expect(await migrated.listAutoCreatedBefore(later)).toEqual([{ ...staff, userId: 'enrolled' }]);
});

test('a server erases at its start whose time is over, and leaves no trace but the line in its audit log', async () => {
  const root = await temporaryFolder();
  const folder = join(root, 'data');
  const auditLog = join(root, 'audit.log');
  const start = () => {
    const env = { API_KEYS: 'acme:k1', RETENTION_DAYS: '30', AUDIT_LOG: auditLog };
    const server = startServer(folder, env);
    onTestFinished(() => void server.child.kill('SIGKILL'));
    return server;
  };
  const first = start();
  const target = httpTarget(await first.ready());
  const mark = Buffer.from('the photo of nobody known '.repeat(20));
  const image = file(Buffer.concat([photo('audrey.jpg'), mark]));
  const created = await client(target, 'k1').post('/search', image, field('create', 'true'));
  const { id } = created.json.data as { id: string };
  expect(await tracesIn(folder, new Map([['photo', mark]]))).toHaveLength(1);
  await target.close();
  first.child.kill('SIGTERM');
  expect(await first.exitCode).toBe(0);

  const db = new Database(join(folder, 'facesearch.sqlite'));
  db.prepare('UPDATE users SET enrolled_at = enrolled_at - ?').run(31 * DAY_MS);
  db.close();
  const second = start();
  const later = httpTarget(await second.ready());
  await expect.poll(async () => (await client(later, 'k1').get('/list')).json.data, { timeout: 30_000 }).toEqual([]);
  await second.waitFor(/"erased":1,"days":30/);
  await expect
    .poll(
      () =>
        tracesIn(
          folder,
          new Map<string, string | Buffer>([
            ['photo', mark],
            ['id', id],
          ]),
        ),
      {
        timeout: 30_000,
      },
    )
    .toEqual([]);
  expect(second.output.stdout).not.toContain(id);
  const lines = (await readFile(auditLog, 'utf8')).trimEnd().split('\n');
  expect(lines.map((line) => JSON.parse(line))).toContainEqual({
    time: expect.any(String),
    tenant: 'acme',
    call: 'retention',
    collection: '',
    userId: id,
    code: '200',
  });
  await later.close();
});
