import { execFile } from 'node:child_process';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { KeyRing } from '../../src/persistence/keys/api-keys.js';
import { SqliteStore } from '../../src/persistence/people/sqlite/sqlite-store.js';
import { temporaryFolder } from '../persistence/temporary-folder.js';

const run = promisify(execFile);
const program = new URL('../../dist/src/main.js', import.meta.url).pathname;

test('keys are made, listed and revoked by command line while a server has the store open', async () => {
  const folder = await temporaryFolder();
  const store = await SqliteStore.open(join(folder, 'facesearch.sqlite'));
  const ring = new KeyRing(store, []);
  const keys = (...args: string[]) =>
    run(process.execPath, [program, 'keys', ...args], { env: { ...process.env, DATA_DIR: folder } });

  const key = (
    await keys('create', '--tenant', 'acme', '--label', 'door 3', '--read-only', '--expires', '90d')
  ).stdout.trim();
  expect((await ring.callerOf(key))?.tenant).toBe('acme');
  const created = await keys('create', '--tenant', 'acme', '--label', 'desk', '--permissions', 'list,enrol');
  expect(created.stdout).toMatch(/^fsk_\S+\n$/);
  expect(created.stderr).toContain('Key 2 of the tenant "acme" (enrol list). It is shown only now:');
  await keys('revoke', '2');
  const { stdout: list } = await keys('list');
  const [heads, door, desk] = list.split('\n').map((line) => line.split(/ {2,}/));
  expect(heads).toEqual(['id', 'name', 'tenant', 'permissions', 'expires', 'last used', 'state']);
  const minute = expect.stringMatching(/^\d{4}-\d\d-\d\d \d\d:\d\dZ$/);
  expect(door).toEqual(['1', 'door 3', 'acme', 'search', minute, minute, 'good']);
  expect(desk).toEqual(['2', 'desk', 'acme', 'enrol list', 'never', 'never', expect.stringMatching(/^revoked 20/)]);
  expect(list).not.toContain(key);
  await keys('revoke', '1');
  expect((await ring.callerOf(key))?.tenant).toBeUndefined();
  await expect(keys('revoke', '1')).rejects.toThrow('There is no key 1');
  await expect(keys('create', '--tenant', 'acme', '--expires', '2020-01-01')).rejects.toThrow('in the future');
  await expect(keys('create', '--tenant', 'acme', '--wat')).rejects.toThrow('facesearch help keys');
  await expect(keys('create')).rejects.toThrow('keys create --tenant NAME');
  expect(await store.listKeys()).toHaveLength(2);
  await expect(keys('destroy')).rejects.toThrow('There is no "keys destroy"');
  await store.close();
});

test('making and revoking a key is audited where there is an audit log, and not done where it cannot be written', async () => {
  const folder = await temporaryFolder();
  await (await SqliteStore.open(join(folder, 'facesearch.sqlite'))).close();
  const file = join(folder, 'log', 'audit.log');
  const keys = (auditLog: string, ...args: string[]) =>
    run(process.execPath, [program, 'keys', ...args], {
      env: { ...process.env, DATA_DIR: folder, AUDIT_LOG: auditLog },
    });
  const key = (await keys(file, 'create', '--tenant', 'acme', '--label', 'door of Mai')).stdout.trim();
  await keys(file, 'list');
  await keys(file, 'revoke', '1');
  await expect(keys(file, 'revoke', '1')).rejects.toThrow('There is no key 1');
  const text = await readFile(file, 'utf8');
  const lines = text.trimEnd().split('\n');
  expect(lines.map((line) => JSON.parse(line))).toEqual(
    ['create key', 'revoke key'].map((call) => ({
      time: expect.any(String),
      tenant: 'acme',
      keyId: '1',
      call,
      code: '200',
    })),
  );
  expect(text).not.toContain(key);
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  await expect(keys('/dev/null/audit.log', 'create', '--tenant', 'acme')).rejects.toThrow('Cannot write the audit log');
  const store = await SqliteStore.open(join(folder, 'facesearch.sqlite'));
  expect(await store.listKeys()).toHaveLength(1);
  await store.close();
});
