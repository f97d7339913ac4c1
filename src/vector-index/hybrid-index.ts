import { setImmediate } from 'node:timers/promises';
import { HnswGraph } from './hnsw-graph.js';
import type { Match, VectorIndex } from './vector-index.js';
import { VectorTable } from './vector-table.js';

export interface HybridIndexOptions {
  /** Length of every embedding, a multiple of four. */
  dimensions: number;
  /**
   * From how many faces on a graph is built; below half of that it is dropped. A scan of 2,000 faces takes 0.9 ms
   * where a graph takes 0.3 (measured): small beside the 10 ms and more that a photo's embedding takes, and a scan
   * misses nothing, needs no second copy of the vectors and forgets an erased face at once.
   */
  graphFrom?: number;
  /** A graph with more erased than live vectors is rebuilt, once more than this many are erased. */
  erasedMost?: number;
  /** Told when a graph cannot be built (out of memory): searches stay right, but take longer. */
  onGraphFailure?: (error: unknown) => void;
}

/** How far from 1 an embedding's length may be: float32 rounding of 512 numbers stays below 1e-6. */
const LENGTH_TOLERANCE = 1e-3;

/**
 * Scans a small collection, and asks a graph in a large one.
 *
 * The table holds every face, and every cosine that a search reports is computed from it. The graph only proposes
 * candidates: faces enter it one by one in the background, between turns of the event loop, and those that wait are
 * scanned. So an add costs nothing but a copy, and a search sees it at once. A graph that holds more erased than live
 * vectors is replaced by a new one, built in the background while the old one serves.
 * Memory: 2 kB a face of 512 numbers in the table and 2.4 kB in the graph.
 */
export class HybridIndex implements VectorIndex {
  readonly #dimensions: number;
  readonly #graphFrom: number;
  readonly #erasedMost: number;
  readonly #onGraphFailure: (error: unknown) => void;
  readonly #table: VectorTable;
  #serving: HnswGraph | undefined;
  #building: HnswGraph | undefined;
  #work: Promise<void> | undefined;
  /** After close() and after a graph failed: scan only. */
  #withoutGraph = false;

  constructor({ dimensions, graphFrom = 2000, erasedMost = 1000, onGraphFailure = () => {} }: HybridIndexOptions) {
    this.#dimensions = dimensions;
    this.#graphFrom = graphFrom;
    this.#erasedMost = erasedMost;
    this.#onGraphFailure = onGraphFailure;
    this.#table = new VectorTable(dimensions);
  }

  get size(): number {
    return this.#table.size;
  }

  /** How a search is answered now, for tests and metrics. */
  get state(): { graph: boolean; waiting: number; erased: number } {
    return {
      graph: this.#serving !== undefined,
      waiting: this.#serving?.waiting.size ?? 0,
      erased: this.#serving?.erased ?? 0,
    };
  }

  add(faceId: number, embedding: Float32Array): void {
    this.#assertUnit(embedding);
    this.#remove(faceId);
    this.#table.add(faceId, embedding);
    this.#serving?.waiting.add(faceId);
    this.#building?.waiting.add(faceId);
    this.#wake();
  }

  remove(faceIds: readonly number[]): void {
    for (const faceId of faceIds) this.#remove(faceId);
    this.#wake();
  }

  search(probe: Float32Array, k: number): Match[] {
    this.#assertUnit(probe);
    if (k < 1) return [];
    const graph = this.#serving;
    if (!graph) return this.#table.nearest(probe, k);
    return this.#table.nearest(probe, k, [...graph.candidates(probe, k), ...graph.waiting]);
  }

  async settled(): Promise<void> {
    while (this.#work) await this.#work;
  }

  close(): void {
    this.#dropGraphs();
    this.#withoutGraph = true;
    this.#table.clear();
  }

  #remove(faceId: number): void {
    if (!this.#table.remove(faceId)) return;
    this.#serving?.remove(faceId);
    this.#building?.remove(faceId);
  }

  #wake(): void {
    this.#work ??= this.#fillGraphs();
  }

  /** One face at a time: a turn of the event loop is never held up for longer than one insertion. */
  async #fillGraphs(): Promise<void> {
    try {
      for (;;) {
        await setImmediate();
        const graph = this.#plan();
        if (!graph) return;
        const [faceId] = graph.waiting;
        const vector = faceId === undefined ? undefined : this.#table.get(faceId);
        if (faceId !== undefined && vector) graph.take(faceId, vector);
      }
    } catch (error) {
      this.#dropGraphs();
      this.#withoutGraph = true;
      this.#onGraphFailure(error);
    } finally {
      this.#work = undefined;
    }
  }

  /** Starts, swaps or drops graphs as the numbers ask for, and returns the one that the next face goes into. */
  #plan(): HnswGraph | undefined {
    if (this.#withoutGraph) return undefined;
    if (this.size < this.#graphFrom / 2) this.#dropGraphs();
    const { erased, live } = this.#serving ?? { erased: 0, live: 0 };
    const isWanted = this.#serving ? erased > live && erased > this.#erasedMost : this.size >= this.#graphFrom;
    if (isWanted) this.#building ??= new HnswGraph(this.#dimensions, this.#table.faceIds());
    if (this.#building?.waiting.size === 0) {
      this.#serving = this.#building;
      this.#building = undefined;
    }
    const next = this.#building ?? this.#serving;
    return next && next.waiting.size > 0 ? next : undefined;
  }

  #dropGraphs(): void {
    this.#serving = undefined;
    this.#building = undefined;
  }

  #assertUnit(vector: Float32Array): void {
    if (vector.length !== this.#dimensions) {
      throw new RangeError(`An embedding has ${this.#dimensions} numbers, not ${vector.length}`);
    }
    let sum = 0;
    for (const x of vector) sum += x * x;
    // Written so that NaN fails too: one NaN in the graph would break every search that meets it.
    if (!(Math.abs(Math.sqrt(sum) - 1) <= LENGTH_TOLERANCE)) throw new RangeError('An embedding must have length 1');
  }
}
