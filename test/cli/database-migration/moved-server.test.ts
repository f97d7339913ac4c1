import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { readConfig } from '../../../src/config/config.js';
import { createLogger } from '../../../src/observability/logging.js';
import { openServer } from '../../../src/server.js';
import { photos } from '../../contract/contract-photos.js';
import { temporaryFolder } from '../../persistence/temporary-folder.js';
import { runCommand } from '../../support/command.js';
import { field, file } from '../../support/multipart.js';
import { useTestS3 } from '../../support/s3-server.js';
import { client, injectTarget } from '../../support/target.js';
import { useTestDatabase } from '../../support/test-database.js';

const database = useTestDatabase();
const s3 = useTestS3();

async function server(folder: string, env: Record<string, string> = {}) {
  const config = readConfig({ DATA_DIR: folder, LOG_LEVEL: 'silent', ...env });
  const workers = new URL('../../../dist/src/vision/worker.js', import.meta.url);
  const opened = await openServer(config, createLogger('silent'), workers);
  onTestFinished(() => opened.close());
  await opened.started;
  return opened;
}

type Opened = Awaited<ReturnType<typeof server>>;

/** What clients ask, and everything that they are told. */
async function answers({ app }: Opened, key: string, id: string): Promise<unknown[]> {
  const { post, get } = client(injectTarget(app), key);
  const admin = async (path: string) => {
    const { body } = await app.inject({ method: 'GET', url: `/admin/v1${path}`, headers: { api_key: key } });
    return body;
  };
  const faces = JSON.parse(await admin(`/faces?collection=c&id=${id}`)) as { data: { face: number }[] };
  const all = await Promise.all([
    get('/list?collection=c'),
    get('/list'),
    post('/search', file(photos.franck), field('collection', 'c')),
    post('/search', file(photos.franckAgain), field('collection', 'c'), field('threshold', '0')),
    post('/search', file(photos.audrey), field('collection', 'c')),
    post('/search', file(photos.audrey)),
    post('/add', file(photos.audrey), field('id', 'nobody')),
  ]);
  return [
    // The last bit of a sum depends on the order in which it is made, and so on who makes it.
    ...all.map(({ status, text }) => ({
      status,
      text: text.replace(/0\.\d{12}\d+/g, (number) => number.slice(0, 14)),
    })),
    await admin('/collections'),
    faces,
    await admin(`/faces/${faces.data[0]?.face}/photo?collection=c&id=${id}`),
  ];
}

test('the server answers the same before, after a move to PostgreSQL and S3, and after the move back', async () => {
  const folder = join(await temporaryFolder(), 'data');
  const back = join(await temporaryFolder(), 'back');
  const first = await server(folder);
  const key = (await first.firstKey) ?? '';
  const { post, delete: remove } = client(injectTarget(first.app), key);
  const enrolled = await post('/search', file(photos.franck), field('create', 'true'), field('collection', 'c'));
  const { id } = enrolled.json.data as { id: string };
  await post('/create', field('id', 'a'), field('name', 'Audrey'));
  await post('/add', field('id', 'a'), file(photos.audrey));
  await post('/create', field('id', 'u1'), field('name', 'Somebody'));
  await remove('/delete', field('id', 'u1'));
  const before = await answers(first, key, id);
  await first.close();

  const env = { ...database().env, ...s3().env };
  const move = async (dataDir: string, direction: string, from: string, to: string) => {
    const args = [direction, '--photos-from', from, '--photos-to', to];
    expect(await runCommand('move', dataDir, args, { env })).toMatchObject({ code: 0 });
  };
  await move(folder, 'sqlite-to-postgres', join(folder, 'photos'), 's3');
  const second = await server(join(folder, 'none'), env);
  expect(await second.firstKey).toBeUndefined();
  expect(await answers(second, key, id)).toEqual(before);
  await second.close();

  await move(back, 'postgres-to-sqlite', 's3', join(back, 'photos'));
  expect(await answers(await server(back), key, id)).toEqual(before);
});
