import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { projectRoot } from '../src/util/paths.js';

interface Package {
  hasInstallScript?: boolean;
  optional?: boolean;
  engines?: { node: string };
  version: string;
}

const { packages } = JSON.parse(readFileSync(join(projectRoot, 'package-lock.json'), 'utf8')) as {
  packages: Record<string, Package>;
};

test('npm runs no script of onnxruntime-node, which would download CUDA libraries', () => {
  // npm before 11.16 does not read allowScripts, but npm of any version runs scripts only where the lock file says that
  // there are some. `npm install onnxruntime-node@…` writes the line again: take it out by hand.
  expect(packages['node_modules/onnxruntime-node']?.hasInstallScript).toBe(undefined);
});

test('npm has no settings of the project, of which later versions know fewer and fewer', () => {
  expect(existsSync(join(projectRoot, '.npmrc'))).toBe(false);
});

test('each version of Node.js gets the version of better-sqlite3 that does not end the process', () => {
  const [old, current] = [packages['node_modules/better-sqlite3-12'], packages['node_modules/better-sqlite3']];
  expect(old?.version).toMatch(/^12\./);
  expect(current?.version).toMatch(/^13\./);
  // Node-API 10, which 13 needs, came with 22.14. npm leaves out an optional package whose `engines` in the lock file do not
  // fit. The package itself claims more; `npm install better-sqlite3-12@…` writes that again: change it by hand.
  expect(old).toMatchObject({ optional: true, engines: { node: '<22.14' } });
});
