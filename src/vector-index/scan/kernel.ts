import { kernelWasm } from './kernel-wasm.js';
import { relaxedKernelWasm } from './relaxed-kernel-wasm.js';

/** The compiled loops over an arena's memory; all parameters but counts and factors are addresses. See kernel.wat. */
export interface Kernel {
  rotate(vector: number, signs: number): void;
  signs(vector: number, code: number): void;
  largest(vector: number): number;
  quantise(vector: number, bytes: number, factor: number): void;
  project(vector: number, rows: number, count: number, out: number): void;
  compare(codes: number, pages: number, faces: number, code: number, distances: number, counts: number): void;
  sample(
    codes: number,
    pages: number,
    faces: number,
    step: number,
    table: number,
    distances: number,
    counts: number,
  ): number;
  sieve(
    codes: number,
    pages: number,
    faces: number,
    table: number,
    most: number,
    vectors: number,
    bytes: number,
    length: number,
    scale: number,
    distances: number,
    first: number,
    out: number,
  ): number;
  dot(a: number, b: number, length: number): number;
  collect(
    vectors: number,
    pages: number,
    faces: number,
    bytes: number,
    scale: number,
    distances: number,
    most: number,
    first: number,
    out: number,
  ): number;
}

/** From Node 22 on: what it looks up is always within the table, so that the results are the same. */
const relaxed = Buffer.from(relaxedKernelWasm, 'base64');
const compiled = new WebAssembly.Module(WebAssembly.validate(relaxed) ? relaxed : Buffer.from(kernelWasm, 'base64'));

export function kernelOver(memory: WebAssembly.Memory): Kernel {
  return new WebAssembly.Instance(compiled, { env: { memory } }).exports as unknown as Kernel;
}
