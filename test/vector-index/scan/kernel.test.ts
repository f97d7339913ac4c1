import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { compiledKernel } from '../../../scripts/build-kernel.js';

test('the compiled kernel is that of its source', async () => {
  const committed = await readFile(new URL('../../../src/vector-index/scan/kernel-wasm.ts', import.meta.url), 'utf8');
  expect(committed).toBe(await compiledKernel());
});
