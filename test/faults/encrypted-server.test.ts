import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { temporaryFolder } from '../persistence/temporary-folder.js';
import { runCommand } from '../support/command.js';
import { field, file } from '../support/multipart.js';
import { photo } from '../support/photos.js';
import { startServer } from '../support/server-process.js';
import { client, httpTarget } from '../support/target.js';
import { tracesIn } from '../support/traces.js';
import { RandomVectors } from '../vector-index/random-vectors.js';

const key = 'key-of-acme';
const dataKey = randomBytes(32).toString('base64');
const otherKey = randomBytes(32).toString('hex');

function start(folder: string, env: Record<string, string>) {
  const server = startServer(folder, { API_KEYS: `acme:${key}`, ...env });
  onTestFinished(() => void server.child.kill('SIGKILL'));
  return server;
}

const callsOf = async (server: ReturnType<typeof start>) => client(httpTarget(await server.ready()), key);

async function stop({ child, exitCode }: ReturnType<typeof start>) {
  child.kill('SIGTERM');
  expect(await exitCode).toBe(0);
}

test('an encrypted server leaves no person readable on the disk, starts only with its key, and its backup can be restored', async () => {
  const root = await temporaryFolder();
  const folder = join(root, 'data');
  const vector = new RandomVectors(43).unit(512);
  const search = field('vector', JSON.stringify(Array.from(vector)));
  const mark = Buffer.from('the photo that nobody may see '.repeat(20));
  const secrets = new Map<string, string | Float32Array | Buffer>([
    ['id', '079 203 004 567'],
    ['name', 'Nguyễn Văn Kín'],
    ['vector', vector],
    ['photo', mark],
  ]);

  const first = start(folder, { DATA_KEY: dataKey });
  const { post } = await callsOf(first);
  await post('/create', field('id', '079 203 004 567'), field('name', 'Nguyễn Văn Kín'));
  await post('/add_vector', field('id', '079 203 004 567'), search);
  const created = await post('/search', file(Buffer.concat([photo('audrey.jpg'), mark])), field('create', 'true'));
  expect(created.json).toMatchObject({ data: { new: true }, code: '200' });
  const answer = await post('/search_vector', search);
  expect(answer.json).toMatchObject({ data: { id: '079 203 004 567', name: 'Nguyễn Văn Kín' }, code: '200' });

  const backup = join(root, 'backup.tar');
  expect(await runCommand('backup', folder, [backup])).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('2 users, 2 faces, 1 photos, encrypted with the data key'),
  });
  await stop(first);
  expect(await tracesIn(root, secrets)).toEqual([]);

  const database = join(folder, 'facesearch.sqlite');
  const before = await readFile(database);
  for (const [env, message] of [
    [{}, 'set DATA_KEY or DATA_KEY_FILE to that key'],
    [{ DATA_KEY: otherKey }, 'and the one given is another'],
    [{ DATA_KEY: 'too short' }, 'DATA_KEY: must be 32 bytes'],
    [{ DATA_KEY_FILE: join(root, 'none') }, 'DATA_KEY_FILE: must be a file that this process can read'],
    [{ DATA_KEY: dataKey, DATA_KEY_FILE: database }, 'set only one of them'],
  ] as const) {
    const refused = start(folder, env);
    expect(await refused.exitCode).toBe(1);
    expect(refused.output.stderr).toContain(message);
    expect(refused.output.stderr).not.toMatch(/at .*\.js/);
  }
  expect((await readFile(database)).equals(before)).toBe(true);

  const restored = join(root, 'restored');
  expect((await runCommand('restore', restored, [backup])).code).toBe(0);
  const moved = start(restored, { DATA_KEY: dataKey });
  expect((await (await callsOf(moved)).post('/search_vector', search)).json).toEqual(answer.json);
  await stop(moved);
});
