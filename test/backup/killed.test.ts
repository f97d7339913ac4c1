import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeEach, expect, test } from 'vitest';
import { backUp } from '../../src/backup/back-up.js';
import { restore } from '../../src/backup/restore.js';
import { lockDataFolder } from '../../src/store/data-folder-lock.js';
import { temporaryFolder } from '../store/temporary-folder.js';
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

/** Runs a command on a data folder and kills it after some milliseconds, if it is not at its end by then. */
async function command(name: 'backup' | 'restore', dataDir: string, args: string[], killAfter?: number) {
  const script = fileURLToPath(new URL(`../../dist/scripts/${name}.js`, import.meta.url));
  const env = { PATH: process.env.PATH, DATA_DIR: dataDir };
  const child = spawn(process.execPath, [script, ...args], { env });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (text) => {
      output += text;
    });
  }
  const timer = killAfter === undefined ? undefined : setTimeout(() => child.kill('SIGKILL'), killAfter);
  const [code] = (await once(child, 'close')) as [number | null];
  clearTimeout(timer);
  return { code, output };
}

/** Kills a command later and later, until it comes to its end. */
async function killLaterAndLater(run: (killAfter: number) => Promise<{ code: number | null; output: string }>) {
  let killed = 0;
  for (let after = 120; ; after += 25) {
    const { code, output } = await run(after);
    if (code === 0) break;
    expect(code, output).toBe(null);
    killed++;
  }
  expect(killed).toBeGreaterThan(0);
}

test('a backup that is killed leaves the earlier one, and nothing after the next', async () => {
  await writeFile(file, 'the backup of yesterday');
  await killLaterAndLater(async (after) => {
    const result = await command('backup', folder, [file], after);
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
  await killLaterAndLater(async (delay) => {
    await rm(target, { recursive: true, force: true });
    await cp(old, target, { recursive: true });
    const result = await command('restore', target, [file, '--force'], delay);
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
  expect(await command('backup', folder, [])).toMatchObject({ code: 1, output: 'npm run backup -- <file>\n' });
  expect(await command('restore', folder, ['--what'])).toMatchObject({ code: 1 });
  const made = await command('backup', folder, [file]);
  expect(made).toMatchObject({ code: 0, output: expect.stringContaining('200 users, 200 faces, 100 photos') });
  const restored = await command('restore', target, [file]);
  expect(restored).toMatchObject({ code: 0, output: expect.stringContaining('200 users, 200 faces, 100 photos') });
  const again = await command('restore', target, [file]);
  expect(again).toMatchObject({ code: 1, output: expect.stringContaining('is not empty') });
});
