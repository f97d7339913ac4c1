import { setImmediate } from 'node:timers/promises';
import { assertUnit } from '../../core/unit-vector.js';
import { type FaceBatch, type IndexState, isNearer, type Match } from '../vector-index.js';
import { HnswGraph } from './hnsw-graph.js';
import type { Snapshot } from './snapshot.js';
import { VectorTable } from './vector-table.js';

export interface HybridIndexOptions {
  /** Length of every embedding, a multiple of four. */
  dimensions: number;
  /**
   * From how many faces on a graph is built; below half of that it is dropped. A scan of 2,000 faces takes 0.9 ms
   * where a graph takes 0.3 (measured): small beside the 10 ms and more that a photo's embedding takes, and a scan
   * misses nothing, needs no links and forgets an erased face at once.
   */
  graphFrom?: number;
  /** A graph with more erased than live vectors is rebuilt, once more than this many are erased. */
  maxErased?: number;
  /** Told when a graph cannot be built (out of memory): searches stay right, but take longer. */
  onGraphFailure?: (error: unknown) => void;
}

/**
 * Scans a small collection, and moves the faces of a large one into a graph, one by one, between turns of the event
 * loop. A search looks at both, so each vector is held once, an add costs nothing but a copy, and a search sees it at
 * once. A graph that holds more erased than live vectors is copied into a new one while it serves.
 */
export class HybridIndex {
  readonly #dimensions: number;
  readonly #graphFrom: number;
  readonly #maxErased: number;
  readonly #onGraphFailure: (error: unknown) => void;
  readonly #table: VectorTable;
  #graph: HnswGraph | undefined;
  /** Takes the graph's place when all of its nodes below the number are copied. */
  #copy: { graph: HnswGraph; next: number } | undefined;
  #work: Promise<void> | undefined;
  #writing: Promise<void> | undefined;
  #withoutGraph = false;
  #changes = 0;
  #erasures = 0;

  constructor({ dimensions, graphFrom = 2000, maxErased = 1000, onGraphFailure = () => {} }: HybridIndexOptions) {
    this.#dimensions = dimensions;
    this.#graphFrom = graphFrom;
    this.#maxErased = maxErased;
    this.#onGraphFailure = onGraphFailure;
    this.#table = new VectorTable(dimensions);
  }

  get size(): number {
    return this.#table.size + (this.#graph?.size ?? 0);
  }

  get state(): IndexState {
    const { live = 0, erased = 0 } = this.#graph ?? {};
    return { size: this.size, scanned: this.#table.size, inGraph: live, erased };
  }

  /** What a snapshot written now would have that the last one has not. */
  get unsaved(): { changes: number; erasures: number; nodes: number } {
    return { changes: this.#changes, erasures: this.#erasures, nodes: this.#graph?.count ?? 0 };
  }

  faceIds(): Float64Array {
    return Float64Array.from([...this.#table.faceIds(), ...(this.#graph?.faceIds() ?? [])]);
  }

  /** As `VectorIndex.add`. */
  add({ faceIds, embeddings }: FaceBatch): void {
    const vectors = Array.from(faceIds, (_, i) => this.#vectorAt(embeddings, i));
    if (embeddings.length !== faceIds.length * this.#dimensions) {
      throw new RangeError(`Each embedding has ${this.#dimensions} numbers`);
    }
    for (const vector of vectors) assertUnit(vector, this.#dimensions);
    for (const [i, vector] of vectors.entries()) {
      const faceId = faceIds[i] as number;
      this.#remove(faceId);
      this.#table.add(faceId, vector);
    }
    this.#wake();
  }

  remove(faceIds: Iterable<number>): void {
    for (const faceId of faceIds) this.#remove(faceId);
    this.#wake();
  }

  search(probe: Float32Array, k: number): Match[] {
    assertUnit(probe, this.#dimensions);
    if (k < 1) return [];
    const scanned = this.#table.nearest(probe, k);
    const found = this.#graph?.nearest(probe, k) ?? [];
    if (found.length === 0) return scanned;
    return [...scanned, ...found].sort((a, b) => (isNearer(a, b) ? -1 : 1)).slice(0, k);
  }

  holds({ faceIds, embeddings }: FaceBatch): boolean {
    return faceIds.every((faceId, i) => {
      const vector = this.#vectorAt(embeddings, i);
      const scanned = this.#table.get(faceId);
      return scanned ? vector.every((x, j) => x === scanned[j]) : (this.#graph?.holds(faceId, vector) ?? false);
    });
  }

  async settled(): Promise<void> {
    while (this.#work || this.#writing) await (this.#work ?? this.#writing);
  }

  /** Takes over the graph of a snapshot; this index must be empty. @throws Error as `Snapshot.read` */
  async loadFrom(snapshot: Snapshot): Promise<void> {
    const from = await snapshot.read();
    if (!from) return;
    this.#graph = new HnswGraph(this.#dimensions, from);
    this.#wake();
  }

  /**
   * Writes the graph, once all erased vectors in it are overwritten, and without faces that wait to enter it. Searches
   * and writes go on; only faces on their way into the graph wait.
   */
  async saveTo(snapshot: Snapshot): Promise<void> {
    while (this.#writing) await this.#writing;
    while (this.#graph && this.#graph.unwiped > 0) {
      this.#graph.wipe();
      await setImmediate();
    }
    const graph = this.#graph;
    if (!graph) {
      snapshot.remove();
      this.#changes = 0;
      this.#erasures = 0;
      return;
    }
    const { changes, erasures } = this.unsaved;
    this.#writing = snapshot.write(graph.nodes(), (file) => graph.write(file));
    try {
      await this.#writing;
      this.#changes -= changes;
      this.#erasures -= erasures;
    } finally {
      this.#writing = undefined;
      this.#wake();
    }
  }

  /** The index is empty afterwards, and its memory is given back, at the latest when a snapshot under way is written. */
  async free(): Promise<void> {
    this.#withoutGraph = true;
    this.#table.clear();
    await this.#writing?.catch(() => undefined);
    this.#dropGraphs();
  }

  #remove(faceId: number): void {
    if (this.#table.remove(faceId)) return;
    if (!this.#graph?.remove(faceId)) return;
    this.#copy?.graph.remove(faceId);
    this.#changes++;
    this.#erasures++;
  }

  #wake(): void {
    if (!this.#writing) this.#work ??= this.#workOn();
  }

  /** One face at a time: no message waits for longer than one insertion. */
  async #workOn(): Promise<void> {
    try {
      do await setImmediate();
      while (!this.#writing && !this.#withoutGraph && this.#step());
    } catch (error) {
      this.#spill();
      this.#withoutGraph = true;
      this.#onGraphFailure(error);
    } finally {
      this.#work = undefined;
    }
  }

  /** False when there is nothing to do. */
  #step(): boolean {
    const graph = this.#graph;
    if (graph && this.size < this.#graphFrom / 2) this.#spill();
    else if (graph && graph.unwiped > 0) graph.wipe();
    else if (this.#copy && graph) this.#copyNext(graph, this.#copy);
    else if (graph && graph.erased > graph.live && graph.erased > this.#maxErased) {
      this.#copy = { graph: new HnswGraph(this.#dimensions), next: 0 };
    } else if (graph ? this.#table.size > 0 : this.size >= this.#graphFrom) this.#moveOne();
    else return false;
    return true;
  }

  #moveOne(): void {
    const last = this.#table.last();
    if (!last) return;
    this.#graph ??= new HnswGraph(this.#dimensions);
    this.#graph.add(last.faceId, last.vector);
    this.#table.remove(last.faceId);
    this.#changes++;
  }

  #copyNext(from: HnswGraph, copy: { graph: HnswGraph; next: number }): void {
    if (copy.next < from.count) {
      const node = from.facesAt(copy.next++);
      for (const faceId of node?.faceIds ?? []) copy.graph.add(faceId, node?.vector as Float32Array);
      return;
    }
    this.#graph = copy.graph;
    this.#copy = undefined;
    this.#changes = copy.graph.count;
    from.free();
  }

  /** Back into the table. */
  #spill(): void {
    const graph = this.#graph;
    for (let node = 0; graph && node < graph.count; node++) {
      const at = graph.facesAt(node);
      for (const faceId of at?.faceIds ?? []) this.#table.add(faceId, at?.vector as Float32Array);
    }
    this.#dropGraphs();
    // Whatever a snapshot holds is out of date.
    this.#erasures++;
  }

  #dropGraphs(): void {
    this.#graph?.free();
    this.#copy?.graph.free();
    this.#graph = undefined;
    this.#copy = undefined;
  }

  #vectorAt(embeddings: Float32Array, i: number): Float32Array {
    return embeddings.subarray(i * this.#dimensions, (i + 1) * this.#dimensions);
  }
}
