import { EMBEDDING_LENGTH } from '../../core/embedding.js';
import {
  CODE_BYTES,
  CODES_BYTES,
  DISTANCES,
  type FaceRun,
  type FoundSlots,
  GROUP_FACES,
  GROWTH,
  type Layout,
  layoutOf,
  MAX_PAGES,
  PAGE_FACES,
  type PagePlace,
  SCALES_AT,
  SIEVE_BYTES,
  VECTORS_BYTES,
  WASM_PAGE,
} from './arena-layout.js';
import { AXES, type Axes, codeOf, fillTable, TABLE_BYTES } from './axes.js';
import { type Kernel, kernelOver } from './kernel.js';
import { randomSigns } from './random-signs.js';

/** Of more faces than this, the distances of every eighth are counted: those of 8,000 say enough. */
const COUNT_ALL = 65_536;
const COUNTED_EVERY = 8;

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
  readonly #at: Layout;
  /** The axes that lie in memory. */
  #axes: Axes | undefined;
  readonly #bits = new Uint8Array(AXES / 2);

  constructor(maxPages = MAX_PAGES) {
    this.#maxPages = maxPages;
    this.#at = layoutOf(maxPages);
    this.#memory = new WebAssembly.Memory({ initial: Math.ceil(this.#at.vectors / WASM_PAGE), maximum: WASM_PAGE });
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

  /** Whether a sketch is that of a vector, but for its codes. */
  holds(page: number, place: number, vector: Float32Array): boolean {
    this.#floats(this.#at.vector, EMBEDDING_LENGTH).set(vector);
    const scale = Math.fround(this.#quantise(this.#at.bytes));
    const [one, other] = [this.#at.bytes, this.#vectorAt(page, place)].map((at) => this.#bytes(at, EMBEDDING_LENGTH));
    return scale === this.#scales(page)[place] && Buffer.compare(one as Uint8Array, other as Uint8Array) === 0;
  }

  /** Views of a page's codes and vectors, valid until the memory grows. */
  bytesOf(page: number, isSifted: boolean): [codes: Uint8Array, vectors: Uint8Array] {
    const codes = isSifted
      ? this.#bytes(this.#at.sieve + page * SIEVE_BYTES, SIEVE_BYTES)
      : this.#bytes(this.#codeAt(page, 0), CODES_BYTES);
    return [codes, this.#bytes(this.#vectorAt(page, 0), VECTORS_BYTES)];
  }

  /** Takes over a page that begins some bytes. @returns how many it took @throws RangeError when they are too few */
  load(page: number, isSifted: boolean, bytes: Uint8Array): number {
    let at = 0;
    for (const part of this.bytesOf(page, isSifted)) {
      if (bytes.length < at + part.length) throw new RangeError('a page is not whole');
      part.set(bytes.subarray(at, at + part.length));
      at += part.length;
    }
    return at;
  }

  /** The vector's numbers along the axes. */
  coordinatesOf(vector: Float32Array, axes: Axes): Float32Array {
    return this.#coordinates(vector, axes).slice(0, AXES);
  }

  /** A probe for `cosineOf`, until anything else is asked of the arena. @returns its scale */
  aim(probe: Float32Array): number {
    this.#floats(this.#at.vector, EMBEDDING_LENGTH).set(probe);
    return Math.fround(this.#quantise(this.#at.bytes));
  }

  /** Of a sketch to the probe whose scale this is, as a comparison gives it. */
  cosineOf(page: number, place: number, scale: number): number {
    const dot = this.#kernel.dot(this.#vectorAt(page, place), this.#at.bytes);
    return Math.fround(Math.fround(scale * (this.#scales(page)[place] as number)) * Math.fround(dot));
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
