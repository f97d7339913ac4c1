import { EMBEDDING_LENGTH } from '../../core/embedding.js';
import { assertUnit } from '../../core/unit-vector.js';
import type { ThreadIndex } from '../thread-index.js';
import { type FaceBatch, type IndexState, keepBest, type Match } from '../vector-index.js';
import { Arena, type FaceRun, type FoundSlots, PAGE_FACES } from './arena.js';

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
const CANDIDATES_PER_MATCH = 8;

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
  release({ arena, page }: Page): void {
    arena.release(page);
    if (arena.isEmpty) this.#arenas.splice(this.#arenas.indexOf(arena), 1);
  }
}

interface Page {
  arena: Arena;
  page: number;
}

/**
 * Compares a probe with the sketches of all faces of a collection: 5 to 8 ns a face, and nothing to build. An added face is
 * found and a removed one gone, its bytes overwritten, at once. It needs no snapshot: faces are read from the store.
 */
export class ScanIndex implements ThreadIndex {
  readonly #arenas: Arenas;
  readonly #candidates: Candidates;
  readonly #pages: Page[] = [];
  /** Slot → face; slots are dense. */
  readonly #faceAt: number[] = [];
  readonly #slotOf = new Map<number, number>();

  constructor(arenas: Arenas, candidates = CANDIDATES) {
    this.#arenas = arenas;
    this.#candidates = candidates;
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
  }

  remove(faceIds: Iterable<number>): void {
    for (const faceId of faceIds) this.#remove(faceId);
  }

  /** Cosines are right within 0.005; of faces with the very same vector they are the same. */
  search(probe: Float32Array, k: number): Match[] {
    assertUnit(probe, EMBEDDING_LENGTH);
    if (k < 1 || this.size === 0) return [];
    const parts = [...this.#runs()].map(([arena, runs]) => ({ runs, ...arena.compare(probe, runs) }));
    const { least, share } = this.#candidates;
    const wanted = Math.max(least, share * this.size, CANDIDATES_PER_MATCH * k);
    const most = distanceOf(
      parts.map(({ counts }) => counts),
      wanted,
    );
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

  async settled(): Promise<void> {}

  async save(): Promise<void> {}

  async saveIfDue(): Promise<void> {}

  async close(): Promise<void> {
    for (const page of this.#pages.splice(0)) this.#arenas.release(page);
    this.#faceAt.length = 0;
    this.#slotOf.clear();
  }

  drop(): Promise<void> {
    return this.close();
  }

  #add(faceId: number, vector: Float32Array): void {
    this.#remove(faceId);
    const slot = this.#faceAt.length;
    if (slot === this.#pages.length * PAGE_FACES) this.#pages.push(this.#arenas.allocate());
    const { arena, page } = this.#pageOf(slot);
    arena.write(page, slot % PAGE_FACES, vector);
    this.#faceAt.push(faceId);
    this.#slotOf.set(faceId, slot);
  }

  /** The last face moves into the gap. */
  #remove(faceId: number): void {
    const slot = this.#slotOf.get(faceId);
    if (slot === undefined) return;
    const last = this.#faceAt.length - 1;
    const from = this.#pageOf(last);
    const to = this.#pageOf(slot);
    const lastPlace = { page: from.page, place: last % PAGE_FACES };
    if (slot !== last) from.arena.copy(lastPlace, to.arena, { page: to.page, place: slot % PAGE_FACES });
    from.arena.erase(lastPlace.page, lastPlace.place);
    const lastFace = this.#faceAt.pop() as number;
    if (slot !== last) {
      this.#faceAt[slot] = lastFace;
      this.#slotOf.set(lastFace, slot);
    }
    this.#slotOf.delete(faceId);
    if (last % PAGE_FACES === 0) this.#arenas.release(this.#pages.pop() as Page);
  }

  /** The pages in their order, as runs within one arena. */
  #runs(): Map<Arena, PlacedRun[]> {
    const byArena = new Map<Arena, PlacedRun[]>();
    let run: { arena: Arena; pages: number[]; placed: PlacedRun } | undefined;
    for (const [i, { arena, page }] of this.#pages.entries()) {
      if (run?.arena !== arena) {
        const pages: number[] = [];
        run = { arena, pages, placed: { pages, faces: 0, first: i * PAGE_FACES } };
        byArena.set(arena, [...(byArena.get(arena) ?? []), run.placed]);
      }
      run.pages.push(page);
      run.placed.faces += Math.min(PAGE_FACES, this.size - i * PAGE_FACES);
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

  #pageOf(slot: number): Page {
    return this.#pages[Math.floor(slot / PAGE_FACES)] as Page;
  }
}

interface PlacedRun extends FaceRun {
  /** Slot of the first face. */
  first: number;
}

/** The smallest distance within which at least so many faces lie, or all. */
function distanceOf(counts: readonly Uint32Array[], wanted: number): number {
  let within = 0;
  for (let distance = 0; distance < EMBEDDING_LENGTH; distance++) {
    for (const part of counts) within += part[distance] as number;
    if (within >= wanted) return distance;
  }
  return EMBEDDING_LENGTH;
}
