import { setImmediate } from 'node:timers/promises';
import type { IndexCache } from '../cache/index-cache.js';
import type { KeptBeside, SaveOccasion } from '../cache/kept-beside.js';
import { bytesOf, float64From, maxBytes, PARTS, readGraph, writeGraph } from './graph-parts.js';
import type { HnswGraph } from './hnsw-graph.js';
import { ScratchFile, type ScratchSettings } from './scratch-file.js';

/** An erased vector is out of the file after this time, and that of writing it, at the latest. */
const MAX_ERASED_MS = 5 * 60_000;

/** A graph is written when at least so many faces, and this share of it, came or went; at a stop, and while it grows, others. */
const MIN_CHANGED = 2000;
const CHANGED_SHARE = { settled: 0.1, growing: 0.5, closing: 0.01 };

export interface GraphKeeperSettings {
  dimensions: number;
  /** Undefined: the graph is not kept. */
  scratch: ScratchSettings | undefined;
  report: (trouble: string) => void;
}

/** A graph, and its copy in the file of the index: chunks of what hnswlib writes, and the faces of its nodes. */
export class GraphKeeper implements KeptBeside {
  graph: HnswGraph | undefined;
  /** Faces wait to enter the graph. */
  isGrowing = false;
  readonly #settings: GraphKeeperSettings;
  #canKeep: boolean;
  #isInFile = false;
  #isWriting = false;
  #isReplaced = false;
  /** Resolves when nothing changes the graph any more. */
  #paused: () => Promise<void> = async () => {};
  #resume: () => void = () => {};
  /** Faces that entered the graph since it was written. */
  #came = 0;
  /** Faces that left it since. Their vectors are in the file. */
  #left = new Set<number>();
  #leftSince = 0;
  /** The same of a graph that is being written. */
  #leftMeanwhile = new Set<number>();

  constructor(settings: GraphKeeperSettings) {
    this.#settings = settings;
    this.#canKeep = settings.scratch !== undefined;
  }

  /** Nothing but `remove` may change the graph. */
  get isWriting(): boolean {
    return this.#isWriting;
  }

  /** @param paused resolves when the work on the graph has stopped because of `isWriting` @param resume starts it again */
  onWrite(paused: () => Promise<void>, resume: () => void): void {
    this.#paused = paused;
    this.#resume = resume;
  }

  add(faceId: number, vector: Float32Array): void {
    this.graph?.add(faceId, vector);
    this.#came++;
  }

  /** False when the graph does not hold the face. */
  remove(faceId: number): boolean {
    if (!this.graph?.remove(faceId)) return false;
    this.#leave(faceId);
    return true;
  }

  /** The graph is given up; what the file has of it is erased with the next write. */
  drop(): void {
    for (const faceId of this.graph?.faceIds() ?? []) this.#leave(faceId);
    this.graph?.free();
    this.graph = undefined;
    this.#came = 0;
  }

  async load(cache: IndexCache, holds: (faceId: number) => boolean): Promise<void> {
    try {
      const stored = cache.read(`${PARTS}nodes`);
      if (!stored) return;
      this.graph = await readGraph(cache, stored, this.#settings);
      this.#isInFile = true;
      for (const faceId of float64From(cache.read(`${PARTS}left`))) this.remove(faceId);
      for (const faceId of [...this.graph.faceIds()]) if (!holds(faceId)) this.remove(faceId);
    } catch (error) {
      this.#settings.report(`the kept graph cannot be used, it is built anew: ${(error as Error).message}`);
      this.graph?.free();
      this.graph = undefined;
      this.forget();
      cache.deleteAll(PARTS);
    }
  }

  isDue(occasion: SaveOccasion): boolean {
    if (!this.#canKeep) return this.#isInFile;
    const changes = this.#came + this.#left.size;
    if (changes === 0) return false;
    if (occasion === 'asked') return true;
    const mustErase = this.#left.size > 0;
    const nodes = this.graph?.count ?? 0;
    if (occasion === 'closing') return mustErase || changes > CHANGED_SHARE.closing * nodes;
    if (mustErase && Date.now() - this.#leftSince >= MAX_ERASED_MS) return true;
    const share = this.isGrowing ? CHANGED_SHARE.growing : CHANGED_SHARE.settled;
    return this.graph !== undefined && changes >= Math.max(MIN_CHANGED, share * nodes);
  }

  /** Once all erased vectors in the graph are overwritten. Searches and removals go on meanwhile. */
  async write(cache: IndexCache, isGone: () => boolean): Promise<void> {
    this.#isWriting = true;
    await this.#paused();
    cache.deleteAll(PARTS);
    this.#isReplaced = true;
    const { graph } = this;
    const scratch = graph && this.#scratchFor(graph);
    this.#leftMeanwhile.clear();
    if (!graph || !scratch) return;
    try {
      while (graph.unwiped > 0) {
        graph.wipe();
        await setImmediate();
        if (isGone()) throw new Error('the index was closed');
      }
      // From here on what is removed stays in the file until the next time.
      this.#leftMeanwhile.clear();
      await writeGraph(cache, graph, scratch, { dimensions: this.#settings.dimensions, isGone });
    } finally {
      scratch.close();
    }
  }

  finish(cache: IndexCache, holds: (faceId: number) => boolean): void {
    const left = this.#isReplaced ? this.#leftMeanwhile : this.#left;
    // Of a face that came again the graph in the file has the vector that it had before.
    cache.write(`${PARTS}left`, bytesOf(Float64Array.from([...left].filter(holds))));
  }

  ended(isCommitted: boolean): void {
    if (isCommitted && this.#isReplaced) {
      this.#isInFile = this.graph !== undefined && this.#canKeep;
      this.#came = 0;
      this.#left = new Set(this.#isInFile ? this.#leftMeanwhile : []);
      this.#leftSince = Date.now();
    }
    this.#isReplaced = false;
    if (!this.#isWriting) return;
    this.#isWriting = false;
    this.#resume();
  }

  forget(): void {
    this.#isInFile = false;
    this.#came = this.graph?.count ?? 0;
    this.#left.clear();
  }

  #leave(faceId: number): void {
    if (this.#isWriting) this.#leftMeanwhile.add(faceId);
    if (!this.#isInFile) return;
    if (this.#left.size === 0) this.#leftSince = Date.now();
    this.#left.add(faceId);
  }

  #scratchFor(graph: HnswGraph): ScratchFile | undefined {
    const { scratch, dimensions, report } = this.#settings;
    if (!scratch || !this.#canKeep) return undefined;
    try {
      return new ScratchFile(maxBytes(graph.count, dimensions), scratch);
    } catch (error) {
      this.#canKeep = false;
      report(`the graph is not kept, each start builds it anew: ${(error as Error).message}`);
      return undefined;
    }
  }
}
