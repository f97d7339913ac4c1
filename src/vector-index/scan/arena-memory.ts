import { EMBEDDING_LENGTH } from '../../core/embedding.js';
import { DISTANCES, type Layout, layoutOf, MAX_WASM_PAGES, WASM_PAGE } from './arena-layout.js';
import { AXES, type Axes, TABLE_BYTES } from './axes.js';
import { type SearchKernel, type SketchKernel, searchKernelOver, sketchKernelOver } from './kernel.js';
import { randomSigns } from './random-signs.js';

/** The memory of an arena, its compiled loops, and what these make of a vector. Views are valid until the memory grows. */
export abstract class ArenaMemory {
  readonly memory: WebAssembly.Memory;
  protected readonly kernel: SearchKernel;
  readonly #sketch: SketchKernel;
  protected readonly at: Layout;
  /** The axes that lie in memory. */
  #axes: Axes | undefined;

  constructor(maxPages: number) {
    this.at = layoutOf(maxPages);
    const initial = Math.ceil(this.at.vectors / WASM_PAGE);
    this.memory = new WebAssembly.Memory({ initial, maximum: MAX_WASM_PAGES, shared: true });
    this.kernel = searchKernelOver(this.memory);
    this.#sketch = sketchKernelOver(this.memory);
    for (const [round, at] of this.at.signs.entries()) {
      this.floats(at, EMBEDDING_LENGTH).set(randomSigns(round + 1));
    }
  }

  /** The bytes of the vector in its place. @returns what they are to be multiplied by */
  protected quantise(bytes: number): number {
    const largest = this.#sketch.largest(this.at.vector);
    this.#sketch.quantise(this.at.vector, bytes, 127 / largest);
    return largest / 127;
  }

  /** The code of the vector in its place, which is turned. */
  protected sign(code: number): void {
    const { vector, signs } = this.at;
    for (const round of signs) this.#sketch.rotate(vector, round);
    this.#sketch.signs(vector, code);
  }

  protected coordinates(vector: Float32Array, axes: Axes): Float32Array {
    if (!axes.rows) return vector;
    const { vector: at, rows, coordinates } = this.at;
    if (this.#axes !== axes) this.floats(rows, axes.rows.length).set(axes.rows);
    this.#axes = axes;
    this.floats(at, EMBEDDING_LENGTH).set(vector);
    this.#sketch.project(at, rows, AXES, coordinates);
    this.floats(at, EMBEDDING_LENGTH).fill(0);
    return this.floats(coordinates, AXES);
  }

  /** Overwrites what the last vectors and axes have left. */
  protected forgetVectors(): void {
    const { vector, bytes, table, coordinates, rows } = this.at;
    this.floats(vector, EMBEDDING_LENGTH).fill(0);
    this.bytes(bytes, EMBEDDING_LENGTH).fill(0);
    this.bytes(table, TABLE_BYTES).fill(0);
    this.floats(coordinates, AXES).fill(0);
    this.floats(rows, AXES * EMBEDDING_LENGTH).fill(0);
    this.#axes = undefined;
  }

  protected counts(): Uint32Array {
    return new Uint32Array(this.memory.buffer, this.at.counts, DISTANCES);
  }

  protected floats(at: number, length: number): Float32Array {
    return new Float32Array(this.memory.buffer, at, length);
  }

  protected bytes(at: number, length: number): Uint8Array {
    return new Uint8Array(this.memory.buffer, at, length);
  }
}
