import { setImmediate } from 'node:timers/promises';
import { EMBEDDING_LENGTH } from '../../core/embedding.js';
import { assertUnit } from '../../core/unit-vector.js';
import type { ThreadIndex } from '../thread-index.js';
import { type FaceBatch, type IndexState, keepBest, type Match } from '../vector-index.js';
import { Arena, type FaceRun, type FoundSlots, PAGE_FACES, type PagePlace } from './arena.js';
import { type Axes, learnAxes, SAMPLE } from './axes.js';

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

/** The arenas of one thread, shared by its collections. */
export class Arenas {
  readonly #arenas: Arena[] = [];
  readonly #maxPages: number | undefined;

  /** @param maxPages of each arena */
  constructor(maxPages?: number) {
    this.#maxPages = maxPages;
  }

  allocate(): Page {
    for (const arena of this.#arenas) {
      const page = arena.allocate();
      if (page !== undefined) return { arena, page };
    }
    this.#arenas.push(new Arena(this.#maxPages));
    return this.allocate();
  }

  /** The memory of an arena that is not used is given back. */
  release({ arena, page }: Page, isSifted: boolean): void {
    arena.release(page, isSifted);
    if (arena.isEmpty) this.#arenas.splice(this.#arenas.indexOf(arena), 1);
  }
}

interface Page {
  arena: Arena;
  page: number;
}

/**
 * Compares a probe with the sketches of all faces of a collection: 5 to 12 ns a face, or 1.5 in a sieve, and nothing to build.
 * An added face is found and a removed one gone, its bytes overwritten, at once. It needs no snapshot: faces are read from the
 * store.
 *
 * A collection that has grown large learns its axes in the background, and then makes its sieve. Until that is whole, searches
 * compare the other codes.
 */
export class ScanIndex implements ThreadIndex {
  readonly #arenas: Arenas;
  readonly #candidates: Candidates;
  readonly #siftedCandidates: Candidates;
  readonly #sieveFrom: number;
  readonly #pages: Page[] = [];
  /** Undefined after a change of the pages. */
  #placedRuns: Map<Arena, PlacedRun[]> | undefined;
  /** Slot → face; slots are dense. */
  readonly #faceAt: number[] = [];
  readonly #slotOf = new Map<number, number>();
  /** Undefined: not learnt, or there are none. */
  #axes: Axes | undefined;
  /** Every face has a code in the sieve, and none has another. */
  #isSifted = false;
  #learning: Promise<void> | undefined;
  #hasLearnt = false;
  #isClosed = false;

  constructor(
    arenas: Arenas,
    { candidates = CANDIDATES, siftedCandidates = SIFTED_CANDIDATES, sieveFrom = SIEVE_FROM }: ScanOptions = {},
  ) {
    this.#arenas = arenas;
    this.#candidates = candidates;
    this.#siftedCandidates = siftedCandidates;
    this.#sieveFrom = sieveFrom;
  }

  get size(): number {
    return this.#faceAt.length;
  }

  get state(): IndexState {
    return { size: this.size, scanned: this.size, inGraph: 0, erased: 0 };
  }

  async open(): Promise<Float64Array> {
    return new Float64Array(0);
  }

  add({ faceIds, embeddings }: FaceBatch): void {
    if (embeddings.length !== faceIds.length * EMBEDDING_LENGTH) {
      throw new RangeError(`Each embedding has ${EMBEDDING_LENGTH} numbers`);
    }
    const vectors = Array.from(faceIds, (_, i) =>
      embeddings.subarray(i * EMBEDDING_LENGTH, (i + 1) * EMBEDDING_LENGTH),
    );
    for (const vector of vectors) assertUnit(vector, EMBEDDING_LENGTH);
    for (const [i, vector] of vectors.entries()) this.#add(faceIds[i] as number, vector);
    if (this.size >= this.#sieveFrom && !this.#hasLearnt) this.#learn();
  }

  remove(faceIds: Iterable<number>): void {
    for (const faceId of faceIds) this.#remove(faceId);
  }

  /** Cosines are right within 0.005; of faces with the very same vector they are the same. */
  search(probe: Float32Array, k: number): Match[] {
    assertUnit(probe, EMBEDDING_LENGTH);
    if (k < 1 || this.size === 0) return [];
    const axes = this.#isSifted ? this.#axes : undefined;
    const parts = [...this.#runs()].map(([arena, runs]) => ({ runs, ...arena.compare(probe, runs, axes) }));
    const { least, share } = axes ? this.#siftedCandidates : this.#candidates;
    const most = distanceOf(parts, Math.max(least, Math.ceil(share * this.size), CANDIDATES_PER_MATCH * k));
    const best: Match[] = [];
    for (const { runs, collect } of parts) {
      for (const [i, found] of collect(most).entries()) this.#keepBest(best, k, found, (runs[i] as PlacedRun).first);
    }
    return best;
  }

  /** Vectors are not kept as they came. */
  holds(): boolean {
    return false;
  }

  async settled(): Promise<void> {
    await this.#learning;
  }

  async save(): Promise<void> {}

  async saveIfDue(): Promise<void> {}

  async close(): Promise<void> {
    this.#isClosed = true;
    for (const page of this.#pages.splice(0)) this.#release(page);
    this.#faceAt.length = 0;
    this.#slotOf.clear();
  }

  drop(): Promise<void> {
    return this.close();
  }

  #add(faceId: number, vector: Float32Array): void {
    this.#remove(faceId);
    const slot = this.#faceAt.length;
    if (slot === this.#pages.length * PAGE_FACES) {
      this.#pages.push(this.#arenas.allocate());
      this.#placedRuns = undefined;
    }
    const { arena, page, place } = this.#placeOf(slot);
    arena.write(page, place, vector, this.#isSifted);
    if (this.#axes) arena.sift(page, place, this.#axes, vector);
    this.#faceAt.push(faceId);
    this.#slotOf.set(faceId, slot);
  }

  /** The last face moves into the gap. */
  #remove(faceId: number): void {
    const slot = this.#slotOf.get(faceId);
    if (slot === undefined) return;
    const last = this.#faceAt.length - 1;
    const from = this.#placeOf(last);
    if (slot !== last) {
      const to = this.#placeOf(slot);
      from.arena.copy(from, to.arena, to, this.#isSifted);
      if (this.#axes) to.arena.sift(to.page, to.place, this.#axes);
    }
    from.arena.erase(from.page, from.place, { code: !this.#isSifted, sieve: this.#axes !== undefined });
    const lastFace = this.#faceAt.pop() as number;
    if (slot !== last) {
      this.#faceAt[slot] = lastFace;
      this.#slotOf.set(lastFace, slot);
    }
    this.#slotOf.delete(faceId);
    if (last % PAGE_FACES === 0) this.#release(this.#pages.pop() as Page);
  }

  #learn(): void {
    this.#hasLearnt = true;
    this.#learning = this.#makeSieve().finally(() => {
      this.#learning = undefined;
    });
  }

  async #makeSieve(): Promise<void> {
    const length = Math.min(SAMPLE, this.size);
    const step = this.size / length;
    const sample = Array.from({ length }, (_, i) => {
      const { arena, page, place } = this.#placeOf(Math.floor(i * step));
      return arena.read(page, place);
    });
    const axes = await learnAxes(sample);
    if (!axes || this.#isClosed) return;
    // From here on each write sifts too.
    this.#axes = axes;
    for (let slot = 0; slot < this.size; slot++) {
      const { arena, page, place } = this.#placeOf(slot);
      arena.sift(page, place, axes);
      if (slot % SIFTED_PER_TURN > 0) continue;
      await setImmediate();
      if (this.#isClosed) return;
    }
    this.#isSifted = true;
    for (const { arena, page } of this.#pages) arena.clearCodes(page);
  }

  /** Until the sieve is whole, a page may have codes of both kinds. */
  #release(page: Page): void {
    if (!this.#isSifted && this.#axes) page.arena.clearSieve(page.page);
    this.#arenas.release(page, this.#isSifted);
    this.#placedRuns = undefined;
  }

  /** The pages in their order, as runs within one arena. */
  #runs(): Map<Arena, PlacedRun[]> {
    this.#placedRuns ??= this.#placeRuns();
    for (const runs of this.#placedRuns.values()) {
      for (const run of runs) run.faces = Math.min(PAGE_FACES * run.pages.length, this.size - run.first);
    }
    return this.#placedRuns;
  }

  #placeRuns(): Map<Arena, PlacedRun[]> {
    const byArena = new Map<Arena, PlacedRun[]>();
    for (let from = 0; from < this.#pages.length; ) {
      const { arena } = this.#pages[from] as Page;
      let to = from;
      while (this.#pages[to]?.arena === arena) to++;
      const pages = Uint32Array.from(this.#pages.slice(from, to), ({ page }) => page);
      byArena.set(arena, [...(byArena.get(arena) ?? []), { pages, faces: 0, first: from * PAGE_FACES }]);
      from = to;
    }
    return byArena;
  }

  /** @param first slot of the run */
  #keepBest(best: Match[], k: number, { slots, cosines, count }: FoundSlots, first: number): void {
    for (let i = 0; i < count; i++) {
      const cosine = Math.max(-1, Math.min(1, cosines[2 * i + 1] as number));
      const worst = best[k - 1];
      if (worst && cosine < worst.cosine) continue;
      keepBest(best, k, { faceId: this.#faceAt[first + (slots[2 * i] as number)] as number, cosine });
    }
  }

  #placeOf(slot: number): Page & PagePlace {
    const { arena, page } = this.#pages[Math.floor(slot / PAGE_FACES)] as Page;
    return { arena, page, place: slot % PAGE_FACES };
  }
}

interface PlacedRun extends FaceRun {
  /** Slot of the first face. */
  first: number;
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
