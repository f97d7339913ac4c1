import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import openWabt from 'wabt';
import { projectRoot } from '../src/util/paths.js';

interface KernelSource {
  /** WebAssembly text. */
  source: string;
  /** The module made of it, and the name of its constant. */
  target: string;
  name: string;
  /** Bytes are looked up by an instruction that not every engine has: one of the processor's, where the other one is three. */
  isRelaxed?: boolean;
}

const SCAN = 'src/vector-index/scan';

export const kernels: readonly KernelSource[] = [
  { source: `${SCAN}/sketch-kernel.wat`, target: `${SCAN}/sketch-kernel-wasm.ts`, name: 'sketchKernelWasm' },
  { source: `${SCAN}/search-kernel.wat`, target: `${SCAN}/search-kernel-wasm.ts`, name: 'searchKernelWasm' },
  {
    source: `${SCAN}/search-kernel.wat`,
    target: `${SCAN}/relaxed-search-kernel-wasm.ts`,
    name: 'relaxedSearchKernelWasm',
    isRelaxed: true,
  },
  {
    source: 'src/gallery/scoring/cohort-kernel.wat',
    target: 'src/gallery/scoring/cohort-kernel-wasm.ts',
    name: 'cohortKernelWasm',
  },
];

/**
 * `npm run build:kernel`: compiles each kernel into the module beside it. Both are committed, so that neither a build nor a
 * server needs the compiler; a test compares them.
 */
export async function compiledKernel({ source, name, isRelaxed = false }: KernelSource): Promise<string> {
  const wabt = await openWabt();
  const text = readFileSync(join(projectRoot, source), 'utf8');
  const instructions = isRelaxed ? text.replaceAll('i8x16.swizzle', 'i8x16.relaxed_swizzle') : text;
  const features = { simd: true, threads: true, relaxed_simd: isRelaxed };
  const parsed = wabt.parseWat(source, instructions, features);
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
