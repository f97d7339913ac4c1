import { setImmediate } from 'node:timers/promises';
import { EMBEDDING_LENGTH } from '../../core/embedding.js';
import { assertUnit } from '../../core/unit-vector.js';
import { type FaceBatch, type IndexState, keepBest, type Match } from '../vector-index.js';
import type { Arena } from './arena.js';
import type { FoundSlots, PagePlace } from './arena-layout.js';
import type { Arenas, Page } from './arenas.js';
import { learnAxes, SAMPLE } from './axes.js';
import { distanceOf } from './distances.js';
import { FacePages } from './face-pages.js';
import type { SieveHelpers } from './sieve-helpers.js';
import { searchSieve } from './sieve-search.js';

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

/**
 * Where embeddings lie in the order of their axes, candidates are compared by so many of their first bytes, two lines of the
 * processor's cache, and the best of them by all.
 */
const FIRST_BYTES = 128;
const WHOLE = 64;
const WHOLE_PER_MATCH = 4;

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
  readonly #helpers: SieveHelpers | undefined;
  #learning: Promise<void> | undefined;
  #hasLearnt = false;
  #isClosed = false;

  constructor(
    arenas: Arenas,
    { candidates = CANDIDATES, siftedCandidates = SIFTED_CANDIDATES, sieveFrom = SIEVE_FROM }: ScanOptions = {},
  ) {
    this.pages = new FacePages(arenas);
    this.#helpers = arenas.helpers;
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
    if (!axes) return matchesOf(this.#bestOf(this.#nearCodes(probe, this.#wanted(this.#candidates, k)), k));
    const length = axes.rows ? EMBEDDING_LENGTH : FIRST_BYTES;
    const wanted = this.#wanted(this.#siftedCandidates, k);
    const found = searchSieve(this.pages.runs(), axes, probe, wanted, length, this.#helpers);
    if (length === EMBEDDING_LENGTH) return matchesOf(this.#bestOf(found, k));
    const nearest = this.#bestOf(found, Math.max(WHOLE, WHOLE_PER_MATCH * k));
    const places = nearest.map(({ faceId, slot }) => ({ faceId, ...this.pages.placeOf(slot) }));
    return this.#nearestAt(places, probe, k);
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
    const places = [];
    for (const faceId of faceIds) {
      const at = this.pages.find(faceId);
      if (at) places.push({ faceId, ...at });
    }
    return this.#nearestAt(places, probe, k);
  }

  #nearestAt(places: readonly (Page & PagePlace & { faceId: number })[], probe: Float32Array, k: number): Match[] {
    const scales = new Map<Arena, number>();
    const best: Match[] = [];
    for (const { faceId, arena, page, place } of places) {
      const scale = scales.get(arena) ?? arena.aim(probe);
      scales.set(arena, scale);
      keepBest(best, k, { faceId, cosine: bounded(arena.cosineOf(page, place, scale)) });
    }
    return best;
  }

  #wanted({ least, share }: Candidates, k: number): number {
    return Math.max(least, Math.ceil(share * this.size), CANDIDATES_PER_MATCH * k);
  }

  /** Of faces without a sieve, those with the nearest codes. */
  #nearCodes(probe: Float32Array, wanted: number): FoundSlots[] {
    const parts = [...this.pages.runs()].map(([arena, runs]) => arena.compare(probe, runs));
    const counts = parts.map((part) => part.counts);
    const most = distanceOf(counts, wanted);
    return parts.flatMap(({ collect }) => collect(most));
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

  #bestOf(found: readonly FoundSlots[], k: number): (Match & { slot: number })[] {
    const best: (Match & { slot: number })[] = [];
    for (const { slots, cosines, count } of found) {
      for (let i = 0; i < count; i++) {
        const cosine = bounded(cosines[2 * i + 1] as number);
        const worst = best[k - 1];
        if (worst && cosine < worst.cosine) continue;
        const slot = slots[2 * i] as number;
        keepBest(best, k, { faceId: this.pages.faceAt(slot), cosine, slot });
      }
    }
    return best;
  }
}

function bounded(cosine: number): number {
  return Math.max(-1, Math.min(1, cosine));
}

function vectorAt(embeddings: Float32Array, i: number): Float32Array {
  return embeddings.subarray(i * EMBEDDING_LENGTH, (i + 1) * EMBEDDING_LENGTH);
}

function matchesOf(faces: readonly Match[]): Match[] {
  return faces.map(({ faceId, cosine }) => ({ faceId, cosine }));
}
