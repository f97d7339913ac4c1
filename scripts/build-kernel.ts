import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import openWabt from 'wabt';
import { projectRoot } from '../src/util/paths.js';

const FOLDER = join(projectRoot, 'src/vector-index/scan');

/**
 * `npm run build:kernel`: compiles src/vector-index/scan/kernel.wat into kernel-wasm.ts beside it. Both are committed, so
 * that neither a build nor a server needs the compiler; a test compares them.
 */
export async function compiledKernel(): Promise<string> {
  const wabt = await openWabt();
  const source = wabt.parseWat('kernel.wat', readFileSync(join(FOLDER, 'kernel.wat')), { simd: true });
  const { buffer } = source.toBinary({});
  const lines =
    Buffer.from(buffer)
      .toString('base64')
      .match(/.{1,110}/g) ?? [];
  return [
    '/** Made from kernel.wat by `npm run build:kernel`, in base64. */',
    `export const kernelWasm = [\n${lines.map((line) => `  '${line}',\n`).join('')}].join('');`,
    '',
  ].join('\n');
}

if (fileURLToPath(import.meta.url) === process.argv[1]) {
  writeFileSync(join(FOLDER, 'kernel-wasm.ts'), await compiledKernel());
}
