import { EMBEDDING_LENGTH } from '../../core/embedding.js';
import { AXES, type Axes, codeOf, fillTable, SIEVE_DISTANCES, TABLE_BYTES } from './axes.js';
import { type Kernel, kernelOver } from './kernel.js';
import { randomSigns } from './random-signs.js';

/** Faces of a page. */
export const PAGE_FACES = 64;

const CODE_BYTES = EMBEDDING_LENGTH / 8;
/** Of a page, which takes 580 bytes a face in two places: see kernel.wat. */
const CODES_BYTES = PAGE_FACES * CODE_BYTES;
const SCALES_AT = PAGE_FACES * EMBEDDING_LENGTH;
/** Of a page of a sieve. */
const SIEVE_BYTES = (PAGE_FACES * AXES) / 4;
const GROUP_FACES = 32;
const VECTORS_BYTES = SCALES_AT + PAGE_FACES * Float32Array.BYTES_PER_ELEMENT;

/** One gigabyte and 1.8 million faces. */
const MAX_PAGES = 28_000;
const DISTANCES = Math.max(EMBEDDING_LENGTH + 1, SIEVE_DISTANCES);
/** Of more faces than this, the distances of every eighth are counted: those of 8,000 say enough. */
const COUNT_ALL = 65_536;
const COUNTED_EVERY = 8;
const WASM_PAGE = 65_536;
/** Memory grows by this many of WebAssembly's pages at once. */
const GROWTH = 64;

/** Consecutive pages of one collection, of which the last may not be full. */
export interface FaceRun {
  pages: Uint32Array;
  faces: number;
}

/**
 * Memory for the sketches of many faces of many collections, with the compiled loops that search it.
 *
 * A sketch is a code of 512 bits, the signs of the vector after a fixed random rotation (two rounds of random signs and a
 * Walsh-Hadamard transform, as in Andoni et al., "Practical and Optimal LSH for Angular Distance", 2015), and the vector
 * itself in 512 signed bytes. The share of bits in which two codes differ is the angle between their vectors divided by
 * pi, give or take 0.02 (Charikar, "Similarity Estimation Techniques from Rounding Algorithms", 2002).
 *
 * Where a collection has axes, its faces have a code in a sieve in the place of that one: two bits of each of 96 coordinates.
 * It says more in 24 bytes than the other one does in 64, and is compared six times as fast (docs/vector-index.md).
 */
export class Arena {
  readonly #memory: WebAssembly.Memory;
  readonly #kernel: Kernel;
  readonly #maxPages: number;
  readonly #free: number[] = [];
  /** Pages that were ever taken. */
  #taken = 0;
  #inUse = 0;
  readonly #at: {
    vector: number;
    signs: [number, number];
    code: number;
    bytes: number;
    counts: number;
    rows: number;
    coordinates: number;
    table: number;
    pages: number;
    distances: number;
    found: number;
    codes: number;
    sieve: number;
    vectors: number;
  };
  /** The axes that lie in memory. */
  #axes: Axes | undefined;
  readonly #bits = new Uint8Array(AXES / 2);

  constructor(maxPages = MAX_PAGES) {
    this.#maxPages = maxPages;
    let top = 0;
    const reserve = (bytes: number) => {
      const at = top;
      top = Math.ceil((top + bytes) / 64) * 64;
      return at;
    };
    const vectorBytes = EMBEDDING_LENGTH * Float32Array.BYTES_PER_ELEMENT;
    // Lists and codes have the space that a full arena needs; a part that is never touched takes no memory. Codes lie together
    // since a search reads all of them: scattered over the memory, a million took twice as long.
    this.#at = {
      vector: reserve(vectorBytes),
      signs: [reserve(vectorBytes), reserve(vectorBytes)],
      code: reserve(CODE_BYTES),
      bytes: reserve(EMBEDDING_LENGTH),
      counts: reserve(4 * DISTANCES),
      rows: reserve(AXES * vectorBytes),
      coordinates: reserve(4 * AXES),
      table: reserve(TABLE_BYTES),
      pages: reserve(4 * maxPages),
      distances: reserve(2 * PAGE_FACES * maxPages),
      found: reserve(8 * PAGE_FACES * maxPages),
      codes: reserve(CODES_BYTES * maxPages),
      sieve: reserve(SIEVE_BYTES * maxPages),
      vectors: top,
    };
    this.#memory = new WebAssembly.Memory({ initial: Math.ceil(top / WASM_PAGE), maximum: WASM_PAGE });
    this.#kernel = kernelOver(this.#memory);
    for (const [round, at] of this.#at.signs.entries()) {
      this.#floats(at, EMBEDDING_LENGTH).set(randomSigns(round + 1));
    }
  }

  get isEmpty(): boolean {
    return this.#inUse === 0;
  }

  /** Number of a page; undefined when the arena is full. @throws RangeError when the machine has no more memory */
  allocate(): number | undefined {
    if (this.#inUse === this.#maxPages) return undefined;
    let page = this.#free.pop();
    if (page === undefined) {
      page = this.#taken;
      const missing = this.#vectorAt(page + 1, 0) - this.#memory.buffer.byteLength;
      if (missing > 0) this.#memory.grow(Math.max(GROWTH, Math.ceil(missing / WASM_PAGE)));
      this.#taken++;
    }
    this.#inUse++;
    return page;
  }

  /** Overwrites a page with zeros and lets others use it. @param isSifted it has codes in the sieve, and no others */
  release(page: number, isSifted: boolean): void {
    if (isSifted) this.clearSieve(page);
    else this.clearCodes(page);
    this.#bytes(this.#vectorAt(page, 0), VECTORS_BYTES).fill(0);
    this.#free.push(page);
    this.#inUse--;
  }

  /** Of a page whose faces have codes in the sieve. */
  clearCodes(page: number): void {
    this.#bytes(this.#codeAt(page, 0), CODES_BYTES).fill(0);
  }

  clearSieve(page: number): void {
    this.#bytes(this.#at.sieve + page * SIEVE_BYTES, SIEVE_BYTES).fill(0);
  }

  /** Writes the sketch of a vector of 512 numbers. @param place 0 to 63 */
  write(page: number, place: number, vector: Float32Array, isSifted: boolean): void {
    this.#floats(this.#at.vector, EMBEDDING_LENGTH).set(vector);
    this.#scales(page)[place] = this.#quantise(this.#vectorAt(page, place));
    if (!isSifted) this.#sign(this.#codeAt(page, place));
    this.#floats(this.#at.vector, EMBEDDING_LENGTH).fill(0);
  }

  /** Writes the code in the sieve of a face whose sketch is written. */
  sift(page: number, place: number, axes: Axes, vector = this.read(page, place)): void {
    codeOf(this.#coordinates(vector, axes), axes, this.#bits);
    this.#setBits(page, place, this.#bits);
  }

  /** The vector of 512 numbers, each right within 1/254 of the largest. */
  read(page: number, place: number): Float32Array {
    const scale = this.#scales(page)[place] as number;
    const vector = new Float32Array(new Int8Array(this.#memory.buffer, this.#vectorAt(page, place), EMBEDDING_LENGTH));
    for (let i = 0; i < EMBEDDING_LENGTH; i++) vector[i] = (vector[i] as number) * scale;
    return vector;
  }

  /** Copies a sketch, but for its code in the sieve. */
  copy(from: PagePlace, to: Arena, { page, place }: PagePlace, isSifted: boolean): void {
    const vector = this.#bytes(this.#vectorAt(from.page, from.place), EMBEDDING_LENGTH);
    to.#bytes(to.#vectorAt(page, place), EMBEDDING_LENGTH).set(vector);
    to.#scales(page)[place] = this.#scales(from.page)[from.place] as number;
    if (isSifted) return;
    const code = this.#bytes(this.#codeAt(from.page, from.place), CODE_BYTES);
    to.#bytes(to.#codeAt(page, place), CODE_BYTES).set(code);
  }

  /** Overwrites a sketch with zeros. */
  erase(page: number, place: number, { code, sieve }: { code: boolean; sieve: boolean }): void {
    this.#bytes(this.#vectorAt(page, place), EMBEDDING_LENGTH).fill(0);
    this.#scales(page)[place] = 0;
    if (code) this.#bytes(this.#codeAt(page, place), CODE_BYTES).fill(0);
    if (sieve) this.#setBits(page, place, this.#bits.fill(0));
  }

  /**
   * Compares the codes of runs of pages with a probe's.
   * @param axes those of codes in the sieve; without them the other codes are compared
   * @returns a second step, to be called before anything else is asked of the arena, and how many faces have each
   *   distance, an estimate where there are many. The second step gives, of the faces whose distance is at most the one given,
   *   the place in their run and the cosine to the probe, give or take 0.005
   */
  compare(
    probe: Float32Array,
    runs: readonly FaceRun[],
    axes: Axes | undefined,
  ): { counts: Uint32Array; countedEvery: number; collect: (most: number) => FoundSlots[] } {
    const { vector, code, bytes, table, counts, pages, distances, found, codes, sieve, vectors } = this.#at;
    this.#floats(vector, EMBEDDING_LENGTH).set(probe);
    const scale = this.#quantise(bytes);
    if (axes) fillTable(this.#coordinates(probe, axes), axes, this.#bytes(table, TABLE_BYTES));
    else this.#sign(code);
    const countsNow = new Uint32Array(this.#memory.buffer, counts, DISTANCES).fill(0);
    const all = runs.reduce((sum, { faces }) => sum + faces, 0);
    const countedEvery = axes && all > COUNT_ALL ? COUNTED_EVERY : 1;
    let listed = 0;
    const placed = runs.map(({ pages: list, faces }) => {
      const at = { pages: pages + 4 * listed, distances: distances + 2 * PAGE_FACES * listed, faces };
      new Uint32Array(this.#memory.buffer, at.pages, list.length).set(list);
      listed += list.length;
      if (axes) {
        this.#kernel.sift(sieve, at.pages, faces, table, at.distances);
        this.#kernel.tally(at.distances, faces, countedEvery, counts);
      } else this.#kernel.compare(codes, at.pages, faces, code, at.distances, counts);
      return at;
    });
    const collect = (most: number): FoundSlots[] =>
      placed.map((run) => {
        const count = this.#kernel.collect(vectors, run.pages, run.faces, bytes, scale, run.distances, most, found);
        return {
          // Copies: the next run's come to the same place.
          slots: new Uint32Array(this.#memory.buffer, found, 2 * count).slice(),
          cosines: this.#floats(found, 2 * count).slice(),
          count,
        };
      });
    return { counts: countsNow, countedEvery, collect };
  }

  /** The bytes of the vector in its place. @returns what they are to be multiplied by */
  #quantise(bytes: number): number {
    const largest = this.#kernel.largest(this.#at.vector);
    this.#kernel.quantise(this.#at.vector, bytes, 127 / largest);
    return largest / 127;
  }

  /** The code of the vector in its place, which is turned. */
  #sign(code: number): void {
    const { vector, signs } = this.#at;
    for (const round of signs) this.#kernel.rotate(vector, round);
    this.#kernel.signs(vector, code);
  }

  #coordinates(vector: Float32Array, axes: Axes): Float32Array {
    if (!axes.rows) return vector;
    const { vector: at, rows, coordinates } = this.#at;
    if (this.#axes !== axes) this.#floats(rows, axes.rows.length).set(axes.rows);
    this.#axes = axes;
    this.#floats(at, EMBEDDING_LENGTH).set(vector);
    this.#kernel.project(at, rows, AXES, coordinates);
    this.#floats(at, EMBEDDING_LENGTH).fill(0);
    return this.#floats(coordinates, AXES);
  }

  /** @param bits four of each pair of coordinates */
  #setBits(page: number, place: number, bits: Uint8Array): void {
    const group = Math.floor(place / GROUP_FACES);
    const at = this.#at.sieve + page * SIEVE_BYTES + (group * SIEVE_BYTES) / 2 + (place % 16);
    const codes = this.#bytes(at, bits.length * 16);
    const shift = place % GROUP_FACES < 16 ? 0 : 4;
    for (let pair = 0; pair < bits.length; pair++) {
      const i = 16 * pair;
      codes[i] = ((codes[i] as number) & (0xf0 >> shift)) | ((bits[pair] as number) << shift);
    }
  }

  #codeAt(page: number, place: number): number {
    return this.#at.codes + page * CODES_BYTES + place * CODE_BYTES;
  }

  #vectorAt(page: number, place: number): number {
    return this.#at.vectors + page * VECTORS_BYTES + place * EMBEDDING_LENGTH;
  }

  /** Valid until the memory grows. */
  #scales(page: number): Float32Array {
    return this.#floats(this.#vectorAt(page, 0) + SCALES_AT, PAGE_FACES);
  }

  /** Valid until the memory grows. */
  #floats(at: number, length: number): Float32Array {
    return new Float32Array(this.#memory.buffer, at, length);
  }

  #bytes(at: number, length: number): Uint8Array {
    return new Uint8Array(this.#memory.buffer, at, length);
  }
}

export interface PagePlace {
  page: number;
  place: number;
}

/** Entry i of both lists, at 2 i in `slots` and at 2 i + 1 in `cosines`, belongs to one face. */
export interface FoundSlots {
  slots: Uint32Array;
  cosines: Float32Array;
  count: number;
}
