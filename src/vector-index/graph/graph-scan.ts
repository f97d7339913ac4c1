import { setImmediate } from 'node:timers/promises';
import { EMBEDDING_LENGTH } from '../../core/embedding.js';
import { assertUnit } from '../../core/unit-vector.js';
import type { Arenas } from '../scan/arenas.js';
import { KeptScan, type KeptScanOptions } from '../scan/kept-scan.js';
import type { FaceBatch, IndexState, Match } from '../vector-index.js';
import { GraphKeeper } from './graph-keeper.js';
import { HnswGraph } from './hnsw-graph.js';

/** Coordinates along the first axes of a collection, of which the graph's vectors are made: `npm run bench:graph`. */
const GRAPH_AXES = 64;

/** Smaller collections have no axes, and a scan of them takes 0.2 ms. */
const GRAPH_FROM = 8192;

/** Faces that the graph finds and that are compared again by their sketches. */
const COMPARED_AGAIN = 200;

/** More matches than this are asked for by a search that must look wider than a graph does: it scans. */
const MAX_MATCHES = 64;

/** While more faces wait to enter the graph, searches scan. Comparing so many one by one takes about half a millisecond. */
const MAX_WAITING = 2048;

/** A graph of which more is erased, and at least so many nodes, is built anew. */
const MAX_ERASED_SHARE = 0.25;
const MAX_ERASED = 1000;

export interface GraphScanOptions extends KeptScanOptions {
  /** From how many faces on a graph is built, once there is a sieve; below half of that it is dropped. */
  graphFrom?: number;
  maxErased?: number;
  /** As in ScratchSettings. */
  scratchMemory?: string;
}

/**
 * A scanning index whose large collections have a graph over the first coordinates of their faces. What the graph finds is compared
 * again by the sketches, together with the faces that are not in it yet.
 *
 * The graph is built in the background, one face between two turns of the event loop. Until it is whole, and where the faces of
 * a collection have no axes, searches scan.
 */
export class GraphScan extends KeptScan {
  readonly #graphFrom: number;
  readonly #maxErased: number;
  readonly #keeper: GraphKeeper;
  readonly #report: (trouble: string) => void;
  /** Faces that wait to enter the graph, where there is one. */
  readonly #waiting = new Set<number>();
  /** Through them: to begin anew for each would pass over all that have left the set. */
  #next = this.#waiting.values();
  #work: Promise<void> | undefined;
  #isOver = false;

  constructor(arenas: Arenas, options: GraphScanOptions = {}) {
    const { graphFrom = GRAPH_FROM, maxErased = MAX_ERASED, scratchMemory, report = () => {}, ...kept } = options;
    const { folder, dataKey } = kept.cache ?? {};
    const scratch = folder === undefined ? undefined : { folder, isSecret: dataKey !== undefined };
    const keeper = new GraphKeeper({
      dimensions: GRAPH_AXES,
      scratch: scratch && { ...scratch, ...(scratchMemory !== undefined && { memory: scratchMemory }) },
      report,
    });
    super(arenas, { ...kept, report, beside: keeper });
    this.#graphFrom = graphFrom;
    this.#maxErased = maxErased;
    this.#report = report;
    this.#keeper = keeper;
    keeper.onWrite(
      async () => this.#work,
      () => this.#wake(),
    );
  }

  override get state(): IndexState {
    const { live = 0, erased = 0 } = this.#keeper.graph ?? {};
    return { size: this.size, scanned: this.#isServing ? this.#waiting.size : this.size, inGraph: live, erased };
  }

  override async open(): Promise<Float64Array> {
    const faceIds = await super.open();
    const { graph } = this.#keeper;
    if (graph) for (const faceId of faceIds) if (!graph.has(faceId)) this.#waiting.add(faceId);
    this.#wake();
    return faceIds;
  }

  override add(faces: FaceBatch): void {
    super.add(faces);
    for (const faceId of faces.faceIds) {
      this.#keeper.remove(faceId);
      if (this.#keeper.graph) this.#waiting.add(faceId);
    }
    this.#wake();
  }

  override remove(faceIds: Iterable<number>): void {
    const all = [...faceIds];
    super.remove(all);
    for (const faceId of all) if (!this.#waiting.delete(faceId)) this.#keeper.remove(faceId);
    this.#wake();
  }

  override search(probe: Float32Array, k: number): Match[] {
    const { graph } = this.#keeper;
    if (!graph || !this.#isServing || k > MAX_MATCHES || k < 1) return super.search(probe, k);
    assertUnit(probe, EMBEDDING_LENGTH);
    const found = graph.nearest(this.#coordinatesOf(probe), COMPARED_AGAIN);
    return this.nearestOf([...found, ...this.#waiting], probe, k);
  }

  override async settled(): Promise<void> {
    await super.settled();
    while (this.#work || this.#keeper.isWriting) await (this.#work ?? setImmediate());
  }

  override async close(): Promise<void> {
    await this.#stop();
    await super.close();
    this.#keeper.graph?.free();
  }

  override async drop(): Promise<void> {
    await this.#stop();
    await super.drop();
    this.#keeper.graph?.free();
  }

  protected override hasLearnt(): void {
    this.#wake();
  }

  get #isServing(): boolean {
    return this.#keeper.graph !== undefined && this.#waiting.size <= MAX_WAITING;
  }

  async #stop(): Promise<void> {
    this.#isOver = true;
    await this.#work;
  }

  #wake(): void {
    if (!this.#isOver && !this.#keeper.isWriting) this.#work ??= this.#workOn();
  }

  /** One face at a time: no message waits for longer than one insertion. */
  async #workOn(): Promise<void> {
    try {
      do await setImmediate();
      while (!this.#isOver && !this.#keeper.isWriting && this.#step());
    } catch (error) {
      this.#isOver = true;
      this.#dropGraph();
      this.#report(`cannot build the graph, all faces are compared: ${(error as Error).message}`);
    } finally {
      this.#keeper.isGrowing = this.#waiting.size > 0;
      this.#work = undefined;
    }
  }

  /** False when there is nothing to do. */
  #step(): boolean {
    const { graph } = this.#keeper;
    if (!graph) return this.#begin();
    const isMostlyErased = graph.erased > this.#maxErased && graph.erased > MAX_ERASED_SHARE * graph.count;
    if (isMostlyErased || this.size < this.#graphFrom / 2) this.#dropGraph();
    else if (graph.unwiped > 0) graph.wipe();
    else if (this.#waiting.size > 0) this.#addNext();
    else return false;
    return true;
  }

  #begin(): boolean {
    if (this.size < this.#graphFrom || !this.pages.isSifted) return false;
    this.#keeper.graph = HnswGraph.empty(GRAPH_AXES);
    for (const faceId of this.pages.faceIds()) this.#waiting.add(faceId);
    this.#keeper.isGrowing = true;
    return true;
  }

  #addNext(): void {
    let next = this.#next.next();
    if (next.done) {
      this.#next = this.#waiting.values();
      next = this.#next.next();
    }
    const faceId = next.value as number;
    this.#waiting.delete(faceId);
    const at = this.pages.find(faceId);
    if (at) this.#keeper.add(faceId, this.#coordinatesOf(at.arena.read(at.page, at.place)));
  }

  #dropGraph(): void {
    this.#waiting.clear();
    this.#keeper.drop();
  }

  /** The first coordinates of a vector, with length 1. */
  #coordinatesOf(vector: Float32Array): Float32Array {
    const { arena } = this.pages.placeOf(0);
    const { axes } = this.pages;
    const first = (axes ? arena.coordinatesOf(vector, axes) : vector).slice(0, GRAPH_AXES);
    const length = Math.sqrt(first.reduce((sum, x) => sum + x * x, 0)) || 1;
    return first.map((x) => x / length);
  }
}
