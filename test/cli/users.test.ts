import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import { fitsPassword } from '../../src/accounts/password-hash.js';
import { DATABASE } from '../../src/persistence/data-folder/data-folder.js';
import { SqliteStore } from '../../src/persistence/people/sqlite/sqlite-store.js';
import { temporaryFolder } from '../persistence/temporary-folder.js';

const program = new URL('../../dist/src/main.js', import.meta.url).pathname;

test('console users are added, listed and changed by command line, with the password on standard input', async () => {
  const folder = await temporaryFolder();
  await (await SqliteStore.open(join(folder, DATABASE))).close();
  const log = join(folder, 'audit.log');
  const users = async (args: string[], input = '') => {
    const env = { ...process.env, DATA_DIR: folder, AUDIT_LOG: log };
    const child = spawn(process.execPath, [program, 'users', ...args], { env });
    child.stdin.end(input);
    const [out, error] = await Promise.all([text(child.stdout), text(child.stderr)]);
    return { out, error, code: child.exitCode ?? (await new Promise((resolve) => child.once('exit', resolve))) };
  };
  const password = 'correct horse battery';
  const added = await users(['add', 'Anna', '--role', 'admin'], `${password}\n`);
  expect(added).toEqual({
    code: 0,
    error: '',
    out: 'The user Anna of the tenant "default" can log in as admin. The first log-in asks for another password.\n',
  });
  expect((await users(['add', 'anna'], password)).error).toContain('name belongs to another console user');
  expect((await users(['add', 'ben'], 'short')).error).toContain('password must have 10 to 128 characters');
  expect((await users(['add', 'ben'])).error).toContain('Standard input holds no password.');
  expect((await users(['disable', 'nobody'])).error).toContain('The tenant "default" has no user nobody.');
  expect((await users(['add', 'ben', '--role', 'boss'])).error).toContain(
    'it is one of clerk, manager, admin, operator',
  );
  await users(['role', 'anna', '--role', 'manager']);
  await users(['password', 'anna', '--keep-password'], 'staple of the correct horse\n');
  await users(['disable', 'anna']);
  const { out } = await users(['list']);
  expect(out).toMatch(/^name +role +second factor +added +last login +state\nanna +manager +no .* never +disabled /);
  const store = await SqliteStore.open(join(folder, 'facesearch.sqlite'));
  const account = await store.accounts.find('default', 'anna');
  expect(account?.mustChange).toBe(false);
  expect(await fitsPassword('staple of the correct horse', account?.password ?? '')).toBe(true);
  await store.close();
  const lines = (await readFile(log, 'utf8')).trimEnd().split('\n');
  expect(lines.map((line) => (JSON.parse(line) as { call: string }).call)).toEqual([
    'add user',
    'change user',
    'change user',
    'change user',
  ]);
  expect(lines.join()).not.toContain('anna');
});
