import { chownSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { serverVersion } from '../../src/util/version.js';
import { docker, inspect, tryDocker } from './docker.js';
import { image, work } from './trial.js';

const readOnly = join(work, 'read-only');
mkdirSync(readOnly, { recursive: true });
// The user of the image.
if (process.getuid?.() === 0) chownSync(readOnly, 1000, 1000);

/** What a shell prints in a new container. */
function shell(script: string): Promise<string> {
  return docker(['run', '--rm', image, 'sh', '-c', script]);
}

it('the image has labels that say what it is', async () => {
  const labels = JSON.parse(await inspect(image, '{{json .Config.Labels}}')) as Record<string, string>;
  expect(labels).toMatchObject({
    'org.opencontainers.image.version': serverVersion,
    'org.opencontainers.image.licenses': 'MIT',
  });
  expect(labels['org.opencontainers.image.base.name']).toMatch(/node:/);
  expect(await shell('head -1 LICENSE')).toBe('MIT License');
  expect(await docker(['run', '--rm', image, 'facesearch', '--version'])).toBe(serverVersion);
});

it('the image holds one runtime, no compiler, no tools, no scripts, and no secret of its build', async () => {
  expect(await shell('ls node_modules/onnxruntime-node/bin/*/')).toBe('linux');
  expect(await shell('ls node_modules/onnxruntime-node/bin/*/linux')).toBe(await shell('node -p process.arch'));
  expect(
    await shell(
      'for each in typescript vitest @biomejs playwright-core; do ls -d node_modules/$each; done 2>/dev/null || true',
    ),
  ).toBe('');
  expect(await shell('ls -d node_modules/@img/*musl* node_modules/@img/*wasm* 2>/dev/null || true')).toBe('');
  expect(await shell('ls -d dist/scripts scripts 2>/dev/null || true')).toBe('');
  expect(await shell('command -v g++ make python3 || true')).toBe('');
  expect(
    await shell('find / -xdev -name .npmrc -o -xdev -path /run/secrets/ca 2>/dev/null | grep -v ^/proc || true'),
  ).toBe('');
});

it('the image, asked for a pack that it does not hold, says what to build and ends', async () => {
  const { code, stderr } = await tryDocker(['run', '--rm', '--env', 'MODEL_PACK=light', image]);
  expect(code).toBe(78);
  expect(stderr.trim()).toMatch(
    /^This image holds the models of MODEL_PACK=default only.*--build-arg MODEL_PACK=light.*$/,
  );
});

it.each([
  ['belongs to another user', ['--tmpfs', '/data:uid=4242,mode=0700']],
  ['is read-only', ['--volume', `${readOnly}:/data:ro`]],
])('the image says in one line what to do when the data folder %s, and ends', async (_, mount) => {
  const { code, stdout, stderr } = await tryDocker(['run', '--rm', ...mount, image]);
  expect(code).not.toBe(0);
  const said = `${stdout}${stderr}`.trim();
  expect(said).toContain('/data');
  expect(said).not.toMatch(/\n +at /);
});
