import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { temporaryFolder } from '../persistence/temporary-folder.js';
import { damageTable } from '../support/damage.js';
import { field } from '../support/multipart.js';
import { startServer } from '../support/server-process.js';
import { client, httpTarget } from '../support/target.js';
import { RandomVectors } from '../vector-index/random-vectors.js';

const key = 'key-of-acme';
const random = new RandomVectors(53);
const vectors = Array.from({ length: 20 }, () => field('vector', JSON.stringify(Array.from(random.unit(512)))));
const [first = field('vector', '[]')] = vectors;

function start(folder: string) {
  const server = startServer(folder, { API_KEYS: `acme:${key}` });
  onTestFinished(() => void server.child.kill('SIGKILL'));
  return server;
}

/** A data folder with people in it, whose server has stopped. */
async function filledFolder(): Promise<{ folder: string; file: string }> {
  const folder = await temporaryFolder();
  const server = start(folder);
  const { post } = client(httpTarget(await server.ready()), key);
  for (const [i, vector] of vectors.entries()) {
    await post('/create', field('id', `u${i}`), field('name', 'Mai'));
    await post('/add_vector', field('id', `u${i}`), vector);
  }
  server.child.kill('SIGTERM');
  expect(await server.exitCode).toBe(0);
  return { folder, file: join(folder, 'facesearch.sqlite') };
}

test('a server that cannot read its faces does not start, and says what to do', async () => {
  const { folder, file } = await filledFolder();
  damageTable(file, 'faces');
  const server = start(folder);
  expect(await server.exitCode).toBe(1);
  expect(server.output.stderr).toContain(
    `The database ${file}: the file is damaged; stop the server and restore it from a backup`,
  );
});

test('damage that is met later answers 500, never wrongly, and makes the server unready', async () => {
  const { folder, file } = await filledFolder();
  damageTable(file, 'users');
  const server = start(folder);
  const target = httpTarget(await server.ready());
  const { post, get } = client(target, key);
  const isReady = async () => (await target.send({ method: 'GET', path: '/ready', absolute: true })).status;
  // No look at `ready` yet: the work in the background may have met the damage before any call.
  const internal = { status: 500, json: { data: 'Internal error', code: '500' } };
  expect(await get('/list')).toMatchObject(internal);
  expect(await post('/search_vector', first)).toMatchObject(internal);
  expect(await post('/create', field('id', 'new'), field('name', 'x'))).toMatchObject(internal);
  expect(await isReady()).toBe(503);
  expect(server.output.stdout).toContain(`The database ${file}: the file is damaged`);
  expect(server.output.stdout).not.toContain('Mai');
});
