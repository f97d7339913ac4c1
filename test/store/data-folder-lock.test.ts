import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { lockDataFolder } from '../../src/store/data-folder-lock.js';
import { temporaryFolder } from './temporary-folder.js';

const run = promisify(execFile);

/** Another process that locks the folder; with `die`, it ends without giving the folder free. */
function lockElsewhere(folder: string, die = ''): Promise<unknown> {
  const script = `import(${JSON.stringify(new URL('../../dist/src/store/data-folder-lock.js', import.meta.url))})
    .then(({ lockDataFolder }) => { lockDataFolder(${JSON.stringify(folder)}); ${die} })`;
  return run(process.execPath, ['-e', script]);
}

test('a folder has one server process', async () => {
  const folder = await temporaryFolder();
  const unlock = lockDataFolder(folder);
  await expect(lockElsewhere(folder)).rejects.toThrow('one process per data folder');
  unlock();
  await lockElsewhere(folder);
});

test('a path that cannot be a folder is refused with its name', async () => {
  const file = join(await temporaryFolder(), 'file');
  writeFileSync(file, '');
  expect(() => lockDataFolder(file)).toThrow(`Cannot use the data folder ${file}`);
  expect(() => lockDataFolder(join(file, 'inside'))).toThrow('Cannot use the data folder');
});

test('a process that is killed leaves no lock behind', async () => {
  const folder = await temporaryFolder();
  await expect(lockElsewhere(folder, "process.kill(process.pid, 'SIGKILL')")).rejects.toMatchObject({
    signal: 'SIGKILL',
  });
  lockDataFolder(folder)();
});
