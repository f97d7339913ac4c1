import { execFileSync } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { temporaryFolder } from '../../persistence/temporary-folder.js';
import { field } from '../../support/multipart.js';
import { startServer } from '../../support/server-process.js';
import { client, httpTarget } from '../../support/target.js';

test('a request that was answered has its line, even when the server is killed at once', async () => {
  const folder = await temporaryFolder();
  const file = join(folder, 'log', 'audit.log');
  const server = startServer(join(folder, 'data'), { AUDIT_LOG: file });
  onTestFinished(() => void server.child.kill('SIGKILL'));
  const origin = await server.ready();
  const key = await server.waitFor(/^ {2}(\S{20,})$/m);
  const target = httpTarget(origin);
  const { post } = client(target, key);
  const ids = Array.from({ length: 20 }, (_, i) => `id-${i}`);
  await Promise.all(ids.map((id) => post('/create', field('id', id), field('name', 'name-Mai'))));
  server.child.kill('SIGKILL');
  await server.exitCode;
  await target.close();
  const text = await readFile(file, 'utf8');
  const entries = text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as { call: string; keyId: string; userId?: string });
  expect(entries[0]).toMatchObject({ call: 'create key', tenant: 'default', keyId: '1' });
  expect(entries.flatMap(({ userId }) => userId ?? []).sort()).toEqual([...ids].sort());
  expect(text).not.toContain('name-Mai');
  expect(text).not.toContain(key);
});

test('a server whose audit log cannot be written does not start', async () => {
  const { exitCode, output } = startServer(await temporaryFolder(), { AUDIT_LOG: '/dev/null/audit.log' });
  expect(await exitCode).toBe(1);
  expect(output.stderr).toMatch(/^Cannot write the audit log \/dev\/null\/audit\.log: .*\n$/);
});

test('a full disk lets no request begin, and loses no line of an answered request', async () => {
  const folder = await temporaryFolder();
  const file = join(folder, 'audit.log');
  // Longer than every other file of the server, so that the limit below meets this one alone.
  const before = `${JSON.stringify({ call: 'an earlier one' })}\n`.repeat(300_000);
  await mkdir(folder, { recursive: true });
  await writeFile(file, before);
  const server = startServer(join(folder, 'data'), { AUDIT_LOG: file, API_KEYS: 'acme:k1' });
  onTestFinished(() => void server.child.kill('SIGKILL'));
  const target = httpTarget(await server.ready());
  const { get } = client(target, 'k1');
  const limitFiles = (bytes: number | 'unlimited') =>
    execFileSync('prlimit', ['--pid', String(server.child.pid), `--fsize=${bytes}:`]);

  limitFiles(before.length + 1000);
  const answered: unknown[] = [];
  const list = async () => {
    const { json, headers } = await get('/list');
    if (json.code === '200') answered.push(headers['x-request-id']);
    return json.code;
  };
  await expect.poll(list, { timeout: 30_000, interval: 0 }).toBe('503');
  expect(answered.length).toBeGreaterThan(2);
  limitFiles('unlimited');
  await expect.poll(list, { timeout: 30_000 }).toBe('200');

  const added = (await readFile(file, 'utf8')).slice(before.length).split('\n');
  const whole = added.flatMap((line) => {
    try {
      return (JSON.parse(line) as { requestId: string }).requestId;
    } catch {
      return [];
    }
  });
  expect([...new Set(whole)]).toEqual(answered);
  expect(server.output.stdout).toMatch(/Cannot write the audit log .*EFBIG/);
  await target.close();
});
