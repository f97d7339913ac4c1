import { cp, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import { backUp } from '../../../src/persistence/backup/back-up.js';
import { restore } from '../../../src/persistence/backup/restore.js';
import { lockDataFolder } from '../../../src/persistence/data-folder/data-folder-lock.js';
import { killLaterAndLater, runCommand } from '../../support/command.js';
import { temporaryFolder } from '../temporary-folder.js';
import { contentOf, fillFolder } from './backup-fixture.js';

let root: string;
let folder: string;
let target: string;
let file: string;

beforeEach(async () => {
  root = await temporaryFolder();
  folder = join(root, 'data');
  target = join(root, 'restored');
  file = join(root, 'today.backup');
  await fillFolder(folder, 200);
});

test('a backup that is killed leaves the earlier one, and nothing after the next', async () => {
  await writeFile(file, 'the backup of yesterday');
  await killLaterAndLater(async (after) => {
    const result = await runCommand('backup', folder, [file], { killAfter: after });
    if (result.code === null && (await stat(file)).size < 1000) {
      expect(await readFile(file, 'utf8')).toBe('the backup of yesterday');
    }
    return result;
  });
  expect((await readdir(root)).sort()).toEqual(['data', 'today.backup']);
  await restore({ file, folder: target });
  expect(await contentOf(target)).toEqual(await contentOf(folder));
});

test('a restore that is killed has restored all or nothing', async () => {
  await backUp({ folder, file });
  const old = join(root, 'old');
  await fillFolder(old, 4);
  const [before, after] = [await contentOf(old), await contentOf(folder)];
  await killLaterAndLater(async (killAfter) => {
    await rm(target, { recursive: true, force: true });
    await cp(old, target, { recursive: true });
    const result = await runCommand('restore', target, [file, '--force'], { killAfter });
    // What a server does first.
    lockDataFolder(target)();
    const content = await contentOf(target);
    expect(content).toEqual(content.users.length === before.users.length ? before : after);
    expect((await readdir(target)).filter((name) => name.startsWith('restore'))).toEqual([]);
    return result;
  });
  expect(await contentOf(target)).toEqual(after);
});

test('a restore that was killed while it put things into their places is brought to its end', async () => {
  await backUp({ folder, file });
  const after = await contentOf(folder);
  for (const placed of ['nothing', 'photos', 'database']) {
    const ready = join(target, 'restore.ready');
    await rm(target, { recursive: true, force: true });
    await restore({ file, folder: join(root, 'unpacked') });
    await fillFolder(target, 4);
    await rename(join(root, 'unpacked'), ready);
    if (placed !== 'nothing') {
      await rm(join(target, 'photos'), { recursive: true });
      await rename(join(ready, 'photos'), join(target, 'photos'));
    }
    if (placed === 'database') await rename(join(ready, 'facesearch.sqlite'), join(target, 'facesearch.sqlite'));
    lockDataFolder(target)();
    expect(await contentOf(target), placed).toEqual(after);
    expect((await readdir(target)).filter((name) => name.startsWith('restore'))).toEqual([]);
  }
});

test('the commands say what they did and what they need', async () => {
  expect(await runCommand('backup', folder, [])).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('<file> is missing'),
  });
  expect(await runCommand('restore', folder, ['--what'])).toMatchObject({ code: 2 });
  const made = await runCommand('backup', folder, [file]);
  expect(made).toMatchObject({ code: 0, stdout: expect.stringContaining('200 users, 200 faces, 100 photos') });
  const restored = await runCommand('restore', target, [file]);
  expect(restored).toMatchObject({ code: 0, stdout: expect.stringContaining('200 users, 200 faces, 100 photos') });
  const again = await runCommand('restore', target, [file]);
  expect(again).toMatchObject({ code: 1, stderr: expect.stringContaining('is not empty') });
});
