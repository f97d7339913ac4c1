import { execFile } from 'node:child_process';
import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { lockDataFolder } from '../../../src/persistence/data-folder/data-folder-lock.js';
import { asNobody } from '../../support/as-nobody.js';
import { temporaryFolder } from '../temporary-folder.js';

const run = promisify(execFile);

/** Another process that locks the folder; with `die`, it ends without giving the folder free. */
function lockElsewhere(folder: string, die = ''): Promise<unknown> {
  const script = `import(${JSON.stringify(new URL('../../../dist/src/persistence/data-folder/data-folder-lock.js', import.meta.url))})
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

test('a folder that can neither be made nor written is refused', async () => {
  // Under /proc, mkdir says that the folder above is missing.
  expect(() => lockDataFolder('/proc/facesearch')).toThrow('Cannot use the data folder /proc/facesearch');
  const folder = await temporaryFolder();
  const locked = /must be a folder that this process can make and write \(SQLITE_|EACCES/;
  asNobody(folder, () => {
    chmodSync(folder, 0o500);
    expect(() => lockDataFolder(folder)).toThrow(locked);
    expect(() => lockDataFolder(join(folder, 'inside'))).toThrow(locked);
  });
});

test('a lock file that is something else is named as what to remove', async () => {
  const folder = await temporaryFolder();
  writeFileSync(join(folder, 'server.lock'), 'x'.repeat(1000));
  expect(() => lockDataFolder(folder)).toThrow(/server\.lock.*remove that file/);
});

test('a process that is killed leaves no lock behind', async () => {
  const folder = await temporaryFolder();
  await expect(lockElsewhere(folder, "process.kill(process.pid, 'SIGKILL')")).rejects.toMatchObject({
    signal: 'SIGKILL',
  });
  lockDataFolder(folder)();
});
