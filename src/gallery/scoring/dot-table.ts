import { EMBEDDING_LENGTH } from '../../core/embedding.js';
import { cohortKernelWasm } from './cohort-kernel-wasm.js';

/** See cohort-kernel.wat. */
interface Kernel {
  dots(probe: number, table: number, rows: number, out: number): void;
}

const WASM_PAGE = 65_536;
const FLOAT_BYTES = Float32Array.BYTES_PER_ELEMENT;
const VECTOR_BYTES = EMBEDDING_LENGTH * FLOAT_BYTES;
/** Rows that the kernel takes at a time. */
const ROWS = 4;

const compiled = new WebAssembly.Module(Buffer.from(cohortKernelWasm, 'base64'));

/** Embeddings that are all compared with one other, in WebAssembly: ten times as fast as in JavaScript. */
export class DotTable {
  readonly size: number;
  readonly #memory: WebAssembly.Memory;
  readonly #kernel: Kernel;
  readonly #rows: number;
  readonly #tableAt: number;

  /**
   * @param vectors 512 numbers each, one after the other; copied
   * @throws RangeError when they are no whole number of vectors
   */
  constructor(vectors: Float32Array) {
    this.size = vectors.length / EMBEDDING_LENGTH;
    if (!Number.isInteger(this.size)) throw new RangeError(`A table has vectors of ${EMBEDDING_LENGTH} numbers`);
    this.#rows = Math.ceil(this.size / ROWS) * ROWS;
    this.#tableAt = VECTOR_BYTES + Math.ceil((this.#rows * FLOAT_BYTES) / 64) * 64;
    const pages = Math.ceil((this.#tableAt + this.#rows * VECTOR_BYTES) / WASM_PAGE);
    this.#memory = new WebAssembly.Memory({ initial: pages, maximum: pages });
    this.#kernel = new WebAssembly.Instance(compiled, { env: { memory: this.#memory } }).exports as unknown as Kernel;
    new Float32Array(this.#memory.buffer, this.#tableAt, vectors.length).set(vectors);
  }

  /**
   * The dot product with each vector, in their order.
   * @param embedding 512 numbers
   * @returns valid until the next call
   */
  dots(embedding: Float32Array): Float32Array {
    const probe = new Float32Array(this.#memory.buffer, 0, EMBEDDING_LENGTH);
    probe.set(embedding);
    this.#kernel.dots(0, this.#tableAt, this.#rows, VECTOR_BYTES);
    probe.fill(0);
    return new Float32Array(this.#memory.buffer, VECTOR_BYTES, this.size);
  }
}
