import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, test } from 'vitest';
import { projectRoot } from '../../src/util/paths.js';

/** Leaves many statements to the garbage collection, which with so little memory also runs between two tasks. */
const script = `
  const { Database } = await import(process.argv[1]);
  const db = new Database(':memory:');
  for (let round = 0; round < 60; round++) {
    for (let i = 0; i < 100; i++) db.prepare('SELECT ' + i).get();
    const kept = Array.from({ length: 60_000 }, (_, i) => ({ i, more: [i] }));
    await new Promise((resolve) => setTimeout(resolve, kept.length > 0 ? 5 : 0));
  }
  process.stdout.write('alive');`;

test('statements that are collected between two tasks do not end the process', () => {
  const module = pathToFileURL(join(projectRoot, 'dist/src/persistence/sqlite.js')).href;
  const args = ['--max-old-space-size=64', '--input-type=module', '--eval', script, module];
  const { stdout, stderr, signal } = spawnSync(process.execPath, args, { encoding: 'utf8' });
  expect({ stdout, signal }, stderr).toEqual({ stdout: 'alive', signal: null });
});
