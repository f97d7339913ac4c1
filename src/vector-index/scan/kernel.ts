import { kernelWasm } from './kernel-wasm.js';

/** The compiled loops over an arena's memory; all parameters but counts and factors are addresses. See kernel.wat. */
export interface Kernel {
  rotate(vector: number, signs: number): void;
  signs(vector: number, code: number): void;
  largest(vector: number): number;
  quantise(vector: number, bytes: number, factor: number): void;
  project(vector: number, rows: number, count: number, out: number): void;
  compare(codes: number, pages: number, faces: number, code: number, distances: number, counts: number): void;
  sift(codes: number, pages: number, faces: number, table: number, distances: number): void;
  dot(a: number, b: number): number;
  tally(distances: number, faces: number, step: number, counts: number): void;
  collect(
    vectors: number,
    pages: number,
    faces: number,
    bytes: number,
    scale: number,
    distances: number,
    most: number,
    out: number,
  ): number;
}

const compiled = new WebAssembly.Module(Buffer.from(kernelWasm, 'base64'));

export function kernelOver(memory: WebAssembly.Memory): Kernel {
  return new WebAssembly.Instance(compiled, { env: { memory } }).exports as unknown as Kernel;
}
