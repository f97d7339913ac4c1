import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { compiledKernel, kernels } from '../../../scripts/build-kernel.js';
import { projectRoot } from '../../../src/util/paths.js';

test.each(kernels)('the compiled kernel is that of its source: $target', async (kernel) => {
  const committed = await readFile(join(projectRoot, kernel.target), 'utf8');
  expect(committed).toBe(await compiledKernel(kernel));
});
