import { execFileSync } from 'node:child_process';
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { temporaryFolder } from '../persistence/temporary-folder.js';
import { field, file } from '../support/multipart.js';
import { photo } from '../support/photos.js';
import { startServer } from '../support/server-process.js';
import { client, httpTarget } from '../support/target.js';
import { RandomVectors } from '../vector-index/random-vectors.js';

const key = 'key-of-acme';
const random = new RandomVectors(43);

/** No file of the process may grow beyond this many bytes: a full disk that needs no disk of its own. */
function limitFiles(pid: number | undefined, bytes: number | 'unlimited'): void {
  execFileSync('prlimit', ['--pid', String(pid), `--fsize=${bytes}:`]);
}

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ name }) => name);
}

test('while nothing more can be stored, writes answer 503 and change nothing, and searches go on', async () => {
  const folder = await temporaryFolder();
  const server = startServer(folder, { API_KEYS: `acme:${key}` });
  onTestFinished(() => void server.child.kill('SIGKILL'));
  const { post, get, delete: erase } = client(httpTarget(await server.ready()), key);
  const vectors = Array.from({ length: 200 }, () => field('vector', JSON.stringify(Array.from(random.unit(512)))));
  const id = field('id', 'u1');
  const add = (i: number) => post('/add_vector', id, vectors[i] ?? id);
  const find = async (i: number) => (await post('/search_vector', vectors[i] ?? id)).json.code;
  const unavailable = { status: 503, json: { code: '503', data: expect.stringContaining('nothing was changed') } };
  await post('/create', id, field('name', 'Mai'));
  expect((await add(0)).json.code).toBe('200');

  // A little above the log's size now, and above the 32 KB that SQLite needs to open one.
  limitFiles(server.child.pid, Math.max(statSync(join(folder, 'facesearch.sqlite-wal')).size, 40_000) + 20_000);
  let added = 1;
  while ((await add(added)).json.code === '200') added++;
  expect(await add(added)).toMatchObject(unavailable);
  // A name needs less space than a vector.
  let names = 0;
  while ((await post('/create', id, field('name', `Mai ${names + 1}`))).json.code === '200') names++;
  const mai = { id: 'u1', name: names === 0 ? 'Mai' : `Mai ${names}` };
  expect(await post('/create', id, field('name', 'Lan')), 'a name').toMatchObject(unavailable);
  expect(await erase('/delete', id), 'an erasure').toMatchObject(unavailable);
  expect(await post('/search', file(photo('audrey.jpg')), field('create', 'true'))).toMatchObject(unavailable);

  expect(await find(0)).toBe('200');
  expect(await find(added - 1)).toBe('200');
  expect(await find(added)).toBe('404');
  expect((await get('/list')).json.data).toEqual([mai]);
  expect(filesBelow(join(folder, 'photos'))).toEqual([]);
  expect(server.output.stdout).toMatch(
    /"msg":"The database [^"]*: the disk [^"]*|"message":"The database [^"]*: the disk/,
  );

  limitFiles(server.child.pid, 'unlimited');
  expect((await add(added)).json.code).toBe('200');
  expect(await find(added)).toBe('200');
  const stranger = await post('/search', file(photo('audrey.jpg')), field('create', 'true'));
  expect(stranger.json.data).toMatchObject({ new: true });
  expect(filesBelow(join(folder, 'photos'))).toHaveLength(1);
  server.child.kill('SIGKILL');
  await server.exitCode;

  const second = startServer(folder, { API_KEYS: `acme:${key}` });
  onTestFinished(() => void second.child.kill('SIGKILL'));
  const after = client(httpTarget(await second.ready()), key);
  for (let i = 0; i <= added; i++) {
    expect((await after.post('/search_vector', vectors[i] ?? id)).json).toMatchObject({
      data: mai,
    });
  }
  expect((await after.get('/list')).json.data).toHaveLength(2);
});
