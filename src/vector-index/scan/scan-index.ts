import { setImmediate } from 'node:timers/promises';
import { EMBEDDING_LENGTH } from '../../core/embedding.js';
import { assertUnit } from '../../core/unit-vector.js';
import { type FaceBatch, type IndexState, keepBest, type Match } from '../vector-index.js';
import type { Arena } from './arena.js';
import type { FoundSlots } from './arena-layout.js';
import type { Arenas } from './arenas.js';
import { learnAxes, SAMPLE } from './axes.js';
import { FacePages, type PlacedRun } from './face-pages.js';

/**
 * Faces whose vectors are compared: those with the nearest codes. `npm run bench:candidates` shows what more or fewer of them
 * find and cost (docs/benchmarks.md).
 */
export interface Candidates {
  least: number;
  /** Of the faces of the collection. */
  share: number;
}

const CANDIDATES: Candidates = { least: 500, share: 0.002 };
/** In a sieve, whose distances are nearer to the truth. */
const SIFTED_CANDIDATES: Candidates = { least: 400, share: 0.001 };
const CANDIDATES_PER_MATCH = 8;

/** From how many faces on a collection learns its axes: below, a sieve saves less than a tenth of a millisecond. */
const SIEVE_FROM = 8192;
/** Faces that are sifted between two turns of the event loop: about a millisecond. */
const SIFTED_PER_TURN = 128;

export interface ScanOptions {
  candidates?: Candidates;
  siftedCandidates?: Candidates;
  sieveFrom?: number;
}

/**
 * Compares a probe with the sketches of all faces of a collection: 5 to 12 ns a face, or 2 in a sieve, and nothing to build.
 * An added face is found and a removed one gone, its bytes overwritten, at once.
 *
 * A collection that has grown large learns its axes in the background, and then makes its sieve. Until that is whole, searches
 * compare the other codes.
 */
export class ScanIndex {
  protected readonly pages: FacePages;
  readonly #candidates: Candidates;
  readonly #siftedCandidates: Candidates;
  readonly #sieveFrom: number;
  #learning: Promise<void> | undefined;
  #hasLearnt = false;
  #isClosed = false;

  constructor(
    arenas: Arenas,
    { candidates = CANDIDATES, siftedCandidates = SIFTED_CANDIDATES, sieveFrom = SIEVE_FROM }: ScanOptions = {},
  ) {
    this.pages = new FacePages(arenas);
    this.#candidates = candidates;
    this.#siftedCandidates = siftedCandidates;
    this.#sieveFrom = sieveFrom;
  }

  get size(): number {
    return this.pages.size;
  }

  get state(): IndexState {
    return { size: this.size, scanned: this.size, inGraph: 0, erased: 0 };
  }

  add({ faceIds, embeddings }: FaceBatch): void {
    if (embeddings.length !== faceIds.length * EMBEDDING_LENGTH) {
      throw new RangeError(`Each embedding has ${EMBEDDING_LENGTH} numbers`);
    }
    const vectors = Array.from(faceIds, (_, i) => vectorAt(embeddings, i));
    for (const vector of vectors) assertUnit(vector, EMBEDDING_LENGTH);
    for (const [i, vector] of vectors.entries()) this.pages.add(faceIds[i] as number, vector);
    this.learnIfDue();
  }

  remove(faceIds: Iterable<number>): void {
    for (const faceId of faceIds) this.pages.remove(faceId);
  }

  /** Cosines are right within 0.005; of faces with the very same vector they are the same. */
  search(probe: Float32Array, k: number): Match[] {
    assertUnit(probe, EMBEDDING_LENGTH);
    if (k < 1 || this.size === 0) return [];
    const axes = this.pages.isSifted ? this.pages.axes : undefined;
    const parts = [...this.pages.runs()].map(([arena, runs]) => ({ runs, ...arena.compare(probe, runs, axes) }));
    const { least, share } = axes ? this.#siftedCandidates : this.#candidates;
    const most = distanceOf(parts, Math.max(least, Math.ceil(share * this.size), CANDIDATES_PER_MATCH * k));
    const best: Match[] = [];
    for (const { runs, collect } of parts) {
      for (const [i, found] of collect(most).entries()) this.#keepBest(best, k, found, (runs[i] as PlacedRun).first);
    }
    return best;
  }

  /** As far as sketches tell. */
  holds({ faceIds, embeddings }: FaceBatch): boolean {
    return faceIds.every((faceId, i) => this.pages.holds(faceId, vectorAt(embeddings, i)));
  }

  async settled(): Promise<void> {
    await this.#learning;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.pages.clear();
  }

  /** Makes the sieve of a collection that has grown large, in the background, once. */
  protected learnIfDue(): void {
    if (this.size < this.#sieveFrom || this.#hasLearnt || this.pages.isSifted) return;
    this.#hasLearnt = true;
    this.#learning = this.#makeSieve().finally(() => {
      this.#learning = undefined;
    });
    this.#learning.then(
      () => this.hasLearnt(),
      () => undefined,
    );
  }

  /** After the sieve was made, where the faces let themselves be told apart by one. */
  protected hasLearnt(): void {}

  /** Of some faces the k nearest, with the cosines that a search gives. Those that are not held are skipped. */
  protected nearestOf(faceIds: Iterable<number>, probe: Float32Array, k: number): Match[] {
    const scales = new Map<Arena, number>();
    const best: Match[] = [];
    for (const faceId of faceIds) {
      const at = this.pages.find(faceId);
      if (!at) continue;
      const scale = scales.get(at.arena) ?? at.arena.aim(probe);
      scales.set(at.arena, scale);
      keepBest(best, k, { faceId, cosine: bounded(at.arena.cosineOf(at.page, at.place, scale)) });
    }
    return best;
  }

  async #makeSieve(): Promise<void> {
    const length = Math.min(SAMPLE, this.size);
    const step = this.size / length;
    const sample = Array.from({ length }, (_, i) => {
      const { arena, page, place } = this.pages.placeOf(Math.floor(i * step));
      return arena.read(page, place);
    });
    const axes = await learnAxes(sample);
    if (!axes || this.#isClosed) return;
    // From here on each write sifts too.
    this.pages.axes = axes;
    for (let slot = 0; slot < this.size; slot++) {
      const { arena, page, place } = this.pages.placeOf(slot);
      arena.sift(page, place, axes);
      if (slot % SIFTED_PER_TURN > 0) continue;
      await setImmediate();
      if (this.#isClosed) return;
    }
    this.pages.finishSieve();
  }

  /** @param first slot of the run */
  #keepBest(best: Match[], k: number, { slots, cosines, count }: FoundSlots, first: number): void {
    for (let i = 0; i < count; i++) {
      const cosine = bounded(cosines[2 * i + 1] as number);
      const worst = best[k - 1];
      if (worst && cosine < worst.cosine) continue;
      keepBest(best, k, { faceId: this.pages.faceAt(first + (slots[2 * i] as number)), cosine });
    }
  }
}

function bounded(cosine: number): number {
  return Math.max(-1, Math.min(1, cosine));
}

function vectorAt(embeddings: Float32Array, i: number): Float32Array {
  return embeddings.subarray(i * EMBEDDING_LENGTH, (i + 1) * EMBEDDING_LENGTH);
}

/** The smallest distance within which at least so many faces lie, by what was counted, or all. */
function distanceOf(parts: readonly { counts: Uint32Array; countedEvery: number }[], wanted: number): number {
  const highest = (parts[0]?.counts.length ?? 0) - 1;
  let within = 0;
  for (let distance = 0; distance < highest; distance++) {
    for (const { counts, countedEvery } of parts) within += countedEvery * (counts[distance] as number);
    if (within >= wanted) return distance;
  }
  return highest;
}
