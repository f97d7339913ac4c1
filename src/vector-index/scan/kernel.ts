import { relaxedSearchKernelWasm } from './relaxed-search-kernel-wasm.js';
import { searchKernelWasm } from './search-kernel-wasm.js';
import { sketchKernelWasm } from './sketch-kernel-wasm.js';

/** Compiled loops over an arena's memory; all parameters but counts and factors are addresses. See sketch-kernel.wat. */
export interface SketchKernel {
  rotate(vector: number, signs: number): void;
  signs(vector: number, code: number): void;
  largest(vector: number): number;
  quantise(vector: number, bytes: number, factor: number): void;
  project(vector: number, rows: number, count: number, out: number): void;
}

/** See search-kernel.wat. */
export interface SearchKernel {
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

const sketch = new WebAssembly.Module(Buffer.from(sketchKernelWasm, 'base64'));
/** From Node 22 on: what it looks up is always within the table, so that the results are the same. */
const relaxed = Buffer.from(relaxedSearchKernelWasm, 'base64');
const search = new WebAssembly.Module(
  WebAssembly.validate(relaxed) ? relaxed : Buffer.from(searchKernelWasm, 'base64'),
);

export function sketchKernelOver(memory: WebAssembly.Memory): SketchKernel {
  return new WebAssembly.Instance(sketch, { env: { memory } }).exports as unknown as SketchKernel;
}

export function searchKernelOver(memory: WebAssembly.Memory): SearchKernel {
  return new WebAssembly.Instance(search, { env: { memory } }).exports as unknown as SearchKernel;
}
