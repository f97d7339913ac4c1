import { rmSync, writeFileSync } from 'node:fs';
import { expect, onTestFinished, test } from 'vitest';
import { temporaryFolder } from '../persistence/temporary-folder.js';
import { field, file } from '../support/multipart.js';
import { photo } from '../support/photos.js';
import { startServer } from '../support/server-process.js';
import { client, httpTarget } from '../support/target.js';
import { RandomVectors } from '../vector-index/random-vectors.js';

const key = 'key-of-acme';
const random = new RandomVectors(47);
const vectors = Array.from({ length: 3000 }, () => field('vector', JSON.stringify(Array.from(random.unit(512)))));
const id = field('id', 'u1');

/**
 * The server on a small file system of its own, in namespaces of its own: needs no superuser where the system lets
 * everybody have them.
 */
async function startOnTmpfs(options: string) {
  const folder = await temporaryFolder();
  const mount = `mount -t tmpfs -o ${options} none "$DATA_DIR" && exec "$@"`;
  const unshare = ['unshare', '--mount', '--map-root-user', 'sh', '-c', mount, 'sh'];
  const server = startServer(folder, { API_KEYS: `acme:${key}` }, unshare);
  onTestFinished(() => void server.child.kill('SIGKILL'));
  // The folder as the server sees it.
  return { server, seen: `/proc/${server.child.pid}/root${folder}` };
}

test('writes on a full disk answer 503 and change nothing, and work when there is free space', async () => {
  const { server, seen } = await startOnTmpfs('size=3m');
  const { post, get, delete: erase } = client(httpTarget(await server.ready()), key);
  const find = async (i: number) => (await post('/search_vector', vectors[i] ?? id)).json.code;
  await post('/create', id, field('name', 'Mai'));
  // Another program fills the disk, all but a little.
  writeFileSync(`${seen}/ballast`, Buffer.alloc(1024 * 1024));

  let added = 0;
  const add = async () => (await post('/add_vector', id, vectors[added] ?? id)).json;
  while ((await add()).code === '200') added++;
  expect(added).toBeGreaterThan(10);
  expect(await add()).toMatchObject({ code: '503', data: expect.stringContaining('nothing was changed') });
  const create = () => post('/search', file(photo('audrey.jpg')), field('create', 'true'));
  expect((await create()).json.code).toBe('503');
  expect(server.output.stdout).toContain('the disk is full, or a quota is used up');
  for (const i of [0, added - 1]) expect(await find(i)).toBe('200');
  expect(await find(added)).toBe('404');
  expect((await get('/list')).json.data).toEqual([{ id: 'u1', name: 'Mai' }]);

  rmSync(`${seen}/ballast`);
  expect((await add()).code).toBe('200');
  expect((await create()).json).toMatchObject({ data: { new: true }, code: '200' });
  for (let i = 0; i <= added; i++) expect(await find(i)).toBe('200');
  expect((await erase('/delete', id)).json.code).toBe('200');
  expect(await find(0)).toBe('404');
});

test('a server that starts on a full disk says so', async () => {
  const { server } = await startOnTmpfs('size=32k');
  expect(await server.exitCode).toBe(1);
  expect(server.output.stderr).toMatch(/^Cannot [^\n]*: the disk is full[^\n]*\n$/);
});

test('a server whose folder is read-only says so', async () => {
  const { server } = await startOnTmpfs('ro');
  expect(await server.exitCode).toBe(1);
  expect(server.output.stderr).toMatch(
    /^Cannot use the data folder [^\n]* that this process can make and write[^\n]*\n$/,
  );
});
