import { spawnSync } from 'node:child_process';
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { projectRoot } from '../src/util/paths.js';
import { program } from './support/command.js';
import { file } from './support/multipart.js';
import { photo } from './support/photos.js';
import { startServer } from './support/server-process.js';
import { client, httpTarget } from './support/target.js';
import { hasStrace, Watch } from './support/watched-process.js';

if (!hasStrace) console.warn('strace is not there: what native code looks up, and writes elsewhere, is not watched');

/** Runs Node.js to its end. */
function run(watch: Watch, ...args: string[]) {
  const [command = '', ...rest] = [...watch.command, process.execPath, ...args];
  const env = { PATH: process.env.PATH, ...watch.env };
  return spawnSync(command, rest, { cwd: watch.cwd, env, encoding: 'utf8' });
}

test('the watch sees names, connections and files', async () => {
  const watch = await Watch.begin();
  const { status, stderr } = run(
    watch,
    '-e',
    `const { mkdirSync, writeFileSync } = require('node:fs');
    writeFileSync('in-cwd', '');
    mkdirSync(require('node:os').homedir() + '/in-home');
    writeFileSync(process.env.DATA_DIR + '/allowed', '');
    const dns = require('node:dns');
    dns.lookup('nowhere.invalid', () => undefined);
    // Native code, which asks on its own.
    new dns.Resolver({ timeout: 100, tries: 1 }).resolve4('nowhere.invalid', () => undefined);
    const signal = AbortSignal.timeout(100);
    require('node:net').connect({ host: '192.0.2.1', port: 9, signal }).on('error', () => undefined);`,
  );
  expect(status, stderr).toBe(0);
  expect(watch.contacts).toEqual(expect.arrayContaining(['looked up nowhere.invalid', 'connected to 192.0.2.1:9']));
  if (hasStrace) expect(watch.contacts).toContainEqual(expect.stringMatching(/^sent to .*:53$/));
  expect(watch.strayFiles.sort()).toEqual([join(watch.cwd, 'in-cwd'), join(watch.home, 'in-home')]);
});

test('a server looks up no name, connects to nothing, and writes only to its data folder', async () => {
  const watch = await Watch.begin();
  const { ready, waitFor, exitCode, output } = startServer(watch.data, watch.env, watch.command, watch.cwd);
  const target = httpTarget(await ready());
  const { post } = client(target, await waitFor(/^ {2}(\S{20,})$/m));
  expect((await post('/search', file(photo('franck_01829.jpg')))).json.code).toBe('404');
  await target.close();
  // The server itself: where it is traced, the child is strace.
  process.kill(Number(await waitFor(/"pid":(\d+)/)), 'SIGTERM');
  expect(await exitCode).toBe(0);
  expect(watch.contacts).toEqual([]);
  expect(watch.strayFiles).toEqual([]);
  expect(output.stderr).toBe('');
});

test('a server without a writable home does not mention it', async () => {
  const watch = await Watch.begin();
  cpSync(join(projectRoot, 'package.json'), join(watch.home, 'file'));
  const env = { ...watch.env, HOME: join(watch.home, 'file') };
  const { child, ready, exitCode, output } = startServer(watch.data, env, [], watch.cwd);
  await ready();
  child.kill('SIGTERM');
  expect(await exitCode).toBe(0);
  expect(output.stderr).toBe('');
  const lines = output.stdout.split('\n').filter((line) => line.includes('onnx') || line.includes('\u001b'));
  expect(lines).toEqual([]);
});

test('a command that runs models looks up no name and connects to nothing', async () => {
  const watch = await Watch.begin();
  const photos = ['franck_01829.jpg', 'franck_02045.jpg', 'audrey.jpg', 'audrey_crop.jpg'];
  for (const name of photos) writeFileSync(join(watch.data, name), photo(name));
  const rows = photos.map((name) => `${name},${name.split('_')[0]}\n`);
  writeFileSync(join(watch.data, 'manifest.csv'), `path,identity\n${rows.join('')}`);
  const out = ['--out', join(watch.data, 'report'), '--only', 'recognition', '--workers', '1'];
  const { status, stderr } = run(watch, program, 'eval', watch.data, ...out);
  expect(status, stderr).toBe(0);
  expect(watch.contacts).toEqual([]);
  expect(watch.strayFiles).toEqual([]);
});

test('telemetry is switched off before anything else of the program is loaded', () => {
  const [first] = readFileSync(join(projectRoot, 'src', 'main.ts'), 'utf8').match(/^import .*$/m) ?? [];
  expect(first).toBe("import './core/no-telemetry.js';");
});
