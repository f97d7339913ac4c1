import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { list } from 'tar';
import { beforeEach, expect, test } from 'vitest';
import { program } from '../../support/command.js';
import { temporaryFolder } from '../temporary-folder.js';
import { contentOf, fillFolder } from './backup-fixture.js';

let root: string;
let folder: string;

beforeEach(async () => {
  root = await temporaryFolder();
  folder = join(root, 'data');
  await fillFolder(folder, 200);
});

const env = (dataDir: string) => ({ PATH: process.env.PATH, DATA_DIR: dataDir });

/** Runs a command with bytes on its standard input, and takes those of its standard output. */
function pipe(dataDir: string, args: string[], input: Buffer = Buffer.alloc(0)) {
  return spawnSync(process.execPath, [program, ...args], { env: env(dataDir), input, maxBuffer: 100 * 1024 * 1024 });
}

test('a backup goes to standard output, with nothing else there, and comes back from standard input', async () => {
  const made = pipe(folder, ['backup', '-']);
  expect(made.status, made.stderr.toString()).toBe(0);
  expect(made.stderr.toString()).toMatch(/^Standard output: 200 users, 200 faces, 100 photos, not encrypted\.$/m);
  expect(await readdir(folder)).not.toContain('backup.unfinished');
  const file = join(root, 'piped.tar');
  await writeFile(file, made.stdout);
  const names: string[] = [];
  await list({ file, strict: true, onReadEntry: (entry) => names.push(entry.path) });
  expect(names.slice(-3)).toEqual(['facesearch.sqlite', 'backup.json', 'SHA256SUMS']);
  expect(names).toHaveLength(103);

  const target = join(root, 'restored');
  const restored = pipe(target, ['restore', '-'], made.stdout);
  expect(restored.status, restored.stderr.toString()).toBe(0);
  expect(restored.stdout.toString()).toMatch(/200 users, 200 faces, 100 photos\.\n$/);
  expect(await contentOf(target)).toEqual(await contentOf(folder));
  expect((await readdir(target)).filter((name) => !/^server\.lock|^facesearch\.sqlite/.test(name))).toEqual(['photos']);
});

test('a backup that was cut short on its way is refused, and leaves nothing', async () => {
  const { stdout } = pipe(folder, ['backup', '-']);
  const target = join(root, 'restored');
  for (const part of [Buffer.alloc(0), stdout.subarray(0, -512), stdout.subarray(0, 5000)]) {
    const { status, stderr } = pipe(target, ['restore', '-'], part);
    expect(status).toBe(1);
    expect(stderr.toString()).toMatch(/^The backup is damaged: .* Nothing was restored\.\n$/);
    expect((await readdir(target)).filter((name) => !name.startsWith('server.lock'))).toEqual([]);
  }
});

test('a backup whose reader goes away is told in a sentence', async () => {
  const child = spawn(process.execPath, [program, 'backup', '-'], { env: env(folder) });
  let stderr = '';
  child.stderr.on('data', (text) => {
    stderr += text;
  });
  child.stdout.once('data', () => child.stdout.destroy());
  const [code] = (await once(child, 'close')) as [number];
  expect(code).toBe(1);
  expect(stderr).toMatch(/^Cannot write the backup: its reader went away before all was written\.$/m);
  expect(stderr).not.toContain('    at ');
  expect(await readdir(folder)).not.toContain('backup.unfinished');
});
