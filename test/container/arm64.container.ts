import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { projectRoot } from '../../src/util/paths.js';
import { Calls, untilReady } from './calls.js';
import { docker } from './docker.js';
import { buildSecrets, freePort, measured } from './trial.js';

const NAME = 'facesearch-trial-arm64';
const KEY = 'key-of-the-trial';
/** Where scripts/container/stand-ins.sh has put Node.js for arm64. */
const folder = process.env.TRIAL_ARM64;

afterAll(() => docker(['rm', '--force', '--volumes', NAME]));

it.skipIf(folder === undefined)('the arm64 image serves under emulation', async () => {
  for (const name of ['package.json', 'package-lock.json']) {
    cpSync(join(projectRoot, name), join(String(folder), name));
  }
  await docker([
    ...['build', '--tag', NAME, '--build-arg', `BASE=${process.env.BASE}`, ...buildSecrets(['facesearch']).build],
    String(folder),
  ]);
  const port = await freePort();
  await docker([
    ...[
      'run',
      '--detach',
      '--name',
      NAME,
      '--env',
      `API_KEYS=trial:${KEY}`,
      '--publish',
      `127.0.0.1:${port}:8080`,
      NAME,
    ],
  ]);
  const start = performance.now();
  // Each instruction is translated.
  await untilReady(`http://127.0.0.1:${port}`, 12);
  const ready = ((performance.now() - start) / 1000).toFixed(0);
  const calls = new Calls(`http://127.0.0.1:${port}`, KEY);
  await calls.post('/create', { id: 'franck', name: 'Franck' });
  expect((await calls.post('/add', { id: 'franck', file: 'franck_01829.jpg' })).code).toBe('200');
  const found = await calls.post('/search', { file: 'franck_02045.jpg' });
  expect(found).toMatchObject({ data: { id: 'franck' } });
  const machine = 'process.stdout.write(process.arch)';
  const arch = await docker([
    'exec',
    NAME,
    'qemu-aarch64-static',
    '-L',
    '/usr/aarch64-linux-gnu',
    '/opt/node-arm64/bin/node',
    '-e',
    machine,
  ]);
  expect(arch).toBe('arm64');
  measured('arm64, emulated by QEMU: start to ready, found by photo', `${ready} s, yes`);
});
