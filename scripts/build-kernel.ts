import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import openWabt from 'wabt';
import { projectRoot } from '../src/util/paths.js';

/** The kernels: WebAssembly text, the module made of it, and the name of its constant. */
export const kernels = [
  { source: 'src/vector-index/scan/kernel.wat', target: 'src/vector-index/scan/kernel-wasm.ts', name: 'kernelWasm' },
  {
    source: 'src/gallery/scoring/cohort-kernel.wat',
    target: 'src/gallery/scoring/cohort-kernel-wasm.ts',
    name: 'cohortKernelWasm',
  },
] as const;

/**
 * `npm run build:kernel`: compiles each kernel into the module beside it. Both are committed, so that neither a build nor a
 * server needs the compiler; a test compares them.
 */
export async function compiledKernel({ source, name }: (typeof kernels)[number]): Promise<string> {
  const wabt = await openWabt();
  const parsed = wabt.parseWat(source, readFileSync(join(projectRoot, source), 'utf8'), { simd: true });
  const { buffer } = parsed.toBinary({});
  const lines =
    Buffer.from(buffer)
      .toString('base64')
      .match(/.{1,110}/g) ?? [];
  return [
    `/** Made from ${source.split('/').at(-1)} by \`npm run build:kernel\`, in base64. */`,
    `export const ${name} = [\n${lines.map((line) => `  '${line}',\n`).join('')}].join('');`,
    '',
  ].join('\n');
}

if (fileURLToPath(import.meta.url) === process.argv[1]) {
  for (const kernel of kernels) writeFileSync(join(projectRoot, kernel.target), await compiledKernel(kernel));
}
