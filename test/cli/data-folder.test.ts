import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, readdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { foldersOfServers } from '../../src/cli/running-servers.js';
import { lockDataFolder } from '../../src/persistence/data-folder/data-folder-lock.js';
import { SqliteStore } from '../../src/persistence/people/sqlite/sqlite-store.js';
import { temporaryFolder } from '../persistence/temporary-folder.js';
import { program, runCommand } from '../support/command.js';

/** Runs a command in a folder, without DATA_DIR. */
async function runIn(cwd: string, args: string[], env: Record<string, string> = {}) {
  const child = spawn(process.execPath, [program, ...args], { cwd, env: { PATH: process.env.PATH, ...env } });
  const output = { stdout: '', stderr: '' };
  for (const stream of ['stdout', 'stderr'] as const) child[stream].on('data', (text) => (output[stream] += text));
  const [code] = (await once(child, 'close')) as [number];
  return { code, ...output };
}

const makeFolder = async (folder: string) => (await SqliteStore.open(join(folder, 'facesearch.sqlite'))).close();

test.each([
  ['keys', ['keys', 'list']],
  ['keys', ['keys', 'create', '--tenant', 'acme']],
  ['webhooks', ['webhooks', 'list']],
  ['backup', ['backup', 'out.backup']],
  ['export', ['export', '--tenant', 'acme']],
  ['data-key', ['data-key', 'decrypt']],
])('%s in a folder without a database says so, and makes none', async (_, args) => {
  const empty = await temporaryFolder();
  const data = join(empty, 'elsewhere');
  const env = { DATA_DIR: data, DATA_KEY: 'ab'.repeat(32) };
  const { code, stdout, stderr } = await runIn(empty, args, env);
  expect({ code, stdout }, stderr).toEqual({ code: 2, stdout: '' });
  expect(stderr).toContain(`There is no database in the folder ${data}.`);
  expect(stderr.trimEnd().split('\n')).toHaveLength(1);
  expect(await readdir(empty)).toEqual([]);
});

test('without DATA_DIR a command says which folder it uses', async () => {
  const folder = await temporaryFolder();
  await mkdir(join(folder, 'data'));
  await makeFolder(join(folder, 'data'));
  const { code, stderr } = await runIn(folder, ['keys', 'list']);
  expect({ code, stderr }).toEqual({ code: 0, stderr: `Data folder: ${join(folder, 'data')}\n` });
});

test("a running server's folder is found by the lock that it holds", async () => {
  const [folder, proc] = [await temporaryFolder(), await temporaryFolder()];
  await makeFolder(folder);
  await mkdir(join(proc, '4711', 'fd'), { recursive: true });
  await symlink(join(folder, 'server.lock'), join(proc, '4711', 'fd', '20'));
  await symlink(join(folder, 'facesearch.sqlite'), join(proc, '4711', 'fd', '21'));
  // Of a container, whose paths mean nothing here; of a process that is no server; what is no process.
  await symlink('/nowhere/server.lock', join(proc, '4711', 'fd', '22'));
  await mkdir(join(proc, 'sys'));
  await writeFile(join(proc, '12'), '');
  expect(foldersOfServers(proc)).toEqual([folder]);
});

test.runIf(existsSync('/proc/self/fd'))('a command finds the server that runs on this machine', async () => {
  const [folder, cwd] = [await temporaryFolder(), await temporaryFolder()];
  await makeFolder(folder);
  // As a server holds it.
  onTestFinished(lockDataFolder(folder));
  const { stderr, code } = await runIn(cwd, ['keys', 'list']);
  // Other servers may run here, too; then the command asks.
  if (code === 0) expect(stderr).toBe(`Data folder: ${folder}, which a running server has open.\n`);
  else expect(stderr).toMatch(/Running servers have open: .*Name one in DATA_DIR\./);
  expect(stderr).toContain(folder);
});

test.each([
  ['import', ['/nowhere'], 'There is no /nowhere.'],
  ['import', ['/etc/passwd'], '/etc/passwd is no folder and no .csv file.'],
  ['restore', ['/nowhere/x.backup', '--force'], 'there is no such file'],
  ['import-vectors', ['/nowhere/x.jsonl', '--tenant', 'a'], 'There is no /nowhere/x.jsonl.'],
  ['export', ['/nowhere/x.jsonl', '--tenant', 'a'], 'There is no such collection.'],
  ['eval', ['/nowhere'], '/nowhere'],
  ['shadow', ['/nowhere'], ''],
  ['keys', ['create', '--tenant', 'a', '--permissions', 'read'], 'permissions are search, enrol, delete, list, admin'],
  ['keys', ['create', '--tenant', 'a', '--expires', 'soon'], '--expires must look like 90d or 2027-01-31'],
])('%s %j is refused in plain words, without a stack', async (command, args, message) => {
  const folder = await temporaryFolder();
  await makeFolder(folder);
  const { code, stderr } = await runCommand(command, folder, args, { env: { FACESEARCH_KEY: 'k' } });
  expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining(message) });
  expect(stderr).not.toMatch(/\n {4}at /);
});

test('.env of the folder is read, and the environment wins', async () => {
  const folder = await temporaryFolder();
  for (const name of ['one', 'two']) {
    await mkdir(join(folder, name));
    await makeFolder(join(folder, name));
  }
  await writeFile(join(folder, '.env'), '# settings\nDATA_DIR=./one\nLOG_LEVEL="nonsense"\n');
  expect((await runIn(folder, ['keys', 'list'])).stderr).toContain('LOG_LEVEL');
  const env = { LOG_LEVEL: 'info' };
  expect(await runIn(folder, ['keys', 'list'], env)).toMatchObject({ code: 0, stderr: '' });
  await runIn(folder, ['keys', 'create', '--tenant', 'acme'], { ...env, DATA_DIR: './two' });
  expect((await runIn(folder, ['keys', 'list'], env)).stdout).toContain('There is no key yet.');
  expect((await runIn(folder, ['keys', 'list'], { ...env, DATA_DIR: './two' })).stdout).toContain('acme');
});
