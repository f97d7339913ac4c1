import { EMBEDDING_LENGTH } from '../../core/embedding.js';
import {
  CODE_BYTES,
  CODES_BYTES,
  type FaceRun,
  FOUND_BYTES,
  type FoundSlots,
  GROUP_FACES,
  GROWTH,
  type ListedRun,
  MAX_PAGES,
  PAGE_FACES,
  type PagePlace,
  SCALES_AT,
  SIEVE_BYTES,
  VECTORS_BYTES,
  WASM_PAGE,
} from './arena-layout.js';
import { ArenaMemory } from './arena-memory.js';
import { AXES, type Axes, codeOf, fillTable, TABLE_BYTES } from './axes.js';
import { foundIn, type SieveAim, type SieveChunk, sieveChunk } from './sieve-chunk.js';

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
export class Arena extends ArenaMemory {
  readonly maxPages: number;
  readonly #free: number[] = [];
  /** Pages that were ever taken. */
  #taken = 0;
  #inUse = 0;
  readonly #bits = new Uint8Array(AXES / 2);
  /** Among the arenas of a thread. */
  readonly number: number;

  constructor(maxPages = MAX_PAGES, number = 0) {
    super(maxPages);
    this.number = number;
    this.maxPages = maxPages;
  }

  get isEmpty(): boolean {
    return this.#inUse === 0;
  }

  /** Number of a page; undefined when the arena is full. @throws RangeError when the machine has no more memory */
  allocate(): number | undefined {
    if (this.#inUse === this.maxPages) return undefined;
    let page = this.#free.pop();
    if (page === undefined) {
      page = this.#taken;
      const missing = this.#vectorAt(page + 1, 0) - this.memory.buffer.byteLength;
      if (missing > 0) this.memory.grow(Math.max(GROWTH, Math.ceil(missing / WASM_PAGE)));
      this.#taken++;
    }
    this.#inUse++;
    return page;
  }

  /** Overwrites a page with zeros and lets others use it. @param isSifted it has codes in the sieve, and no others */
  release(page: number, isSifted: boolean): void {
    if (isSifted) this.clearSieve(page);
    else this.clearCodes(page);
    this.bytes(this.#vectorAt(page, 0), VECTORS_BYTES).fill(0);
    this.#free.push(page);
    this.#inUse--;
    if (this.#inUse === 0) this.forgetVectors();
  }

  /** Of a page whose faces have codes in the sieve. */
  clearCodes(page: number): void {
    this.bytes(this.#codeAt(page, 0), CODES_BYTES).fill(0);
  }

  clearSieve(page: number): void {
    this.bytes(this.at.sieve + page * SIEVE_BYTES, SIEVE_BYTES).fill(0);
  }

  /** Writes the sketch of a vector of 512 numbers. @param place 0 to 63 */
  write(page: number, place: number, vector: Float32Array, isSifted: boolean): void {
    this.floats(this.at.vector, EMBEDDING_LENGTH).set(vector);
    this.#scales(page)[place] = this.quantise(this.#vectorAt(page, place));
    if (!isSifted) this.sign(this.#codeAt(page, place));
    this.floats(this.at.vector, EMBEDDING_LENGTH).fill(0);
  }

  /** Writes the code in the sieve of a face whose sketch is written. */
  sift(page: number, place: number, axes: Axes, vector = this.read(page, place)): void {
    codeOf(this.coordinates(vector, axes), axes, this.#bits);
    this.#setBits(page, place, this.#bits);
  }

  /** The vector of 512 numbers, each right within 1/254 of the largest. */
  read(page: number, place: number): Float32Array {
    const scale = this.#scales(page)[place] as number;
    const vector = new Float32Array(new Int8Array(this.memory.buffer, this.#vectorAt(page, place), EMBEDDING_LENGTH));
    for (let i = 0; i < EMBEDDING_LENGTH; i++) vector[i] = (vector[i] as number) * scale;
    return vector;
  }

  /** Whether a sketch is that of a vector, but for its codes. */
  holds(page: number, place: number, vector: Float32Array): boolean {
    this.floats(this.at.vector, EMBEDDING_LENGTH).set(vector);
    const scale = Math.fround(this.quantise(this.at.bytes));
    const [one, other] = [this.at.bytes, this.#vectorAt(page, place)].map((at) => this.bytes(at, EMBEDDING_LENGTH));
    return scale === this.#scales(page)[place] && Buffer.compare(one as Uint8Array, other as Uint8Array) === 0;
  }

  /** Views of a page's codes and vectors, valid until the memory grows. */
  bytesOf(page: number, isSifted: boolean): [codes: Uint8Array, vectors: Uint8Array] {
    const codes = isSifted
      ? this.bytes(this.at.sieve + page * SIEVE_BYTES, SIEVE_BYTES)
      : this.bytes(this.#codeAt(page, 0), CODES_BYTES);
    return [codes, this.bytes(this.#vectorAt(page, 0), VECTORS_BYTES)];
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
    return this.coordinates(vector, axes).slice(0, AXES);
  }

  /** A probe for `cosineOf`, until anything else is asked of the arena. @returns its scale */
  aim(probe: Float32Array): number {
    this.floats(this.at.vector, EMBEDDING_LENGTH).set(probe);
    return Math.fround(this.quantise(this.at.bytes));
  }

  /** Of a sketch to the probe whose scale this is, as a comparison gives it. */
  cosineOf(page: number, place: number, scale: number): number {
    const dot = this.kernel.dot(this.#vectorAt(page, place), this.at.bytes, EMBEDDING_LENGTH);
    return Math.fround(Math.fround(scale * (this.#scales(page)[place] as number)) * Math.fround(dot));
  }

  /** Copies a sketch, but for its code in the sieve. */
  copy(from: PagePlace, to: Arena, { page, place }: PagePlace, isSifted: boolean): void {
    const vector = this.bytes(this.#vectorAt(from.page, from.place), EMBEDDING_LENGTH);
    to.bytes(to.#vectorAt(page, place), EMBEDDING_LENGTH).set(vector);
    to.#scales(page)[place] = this.#scales(from.page)[from.place] as number;
    if (isSifted) return;
    const code = this.bytes(this.#codeAt(from.page, from.place), CODE_BYTES);
    to.bytes(to.#codeAt(page, place), CODE_BYTES).set(code);
  }

  /** Overwrites a sketch with zeros. */
  erase(page: number, place: number, { code, sieve }: { code: boolean; sieve: boolean }): void {
    this.bytes(this.#vectorAt(page, place), EMBEDDING_LENGTH).fill(0);
    this.#scales(page)[place] = 0;
    if (code) this.bytes(this.#codeAt(page, place), CODE_BYTES).fill(0);
    if (sieve) this.#setBits(page, place, this.#bits.fill(0));
  }

  /**
   * Compares the codes of runs of pages with a probe's.
   * @returns a second step, to be called before anything else is asked of the arena, and how many faces have each
   *   distance. The second step gives, of the faces whose distance is at most the one given, the slot and the cosine to the
   *   probe, give or take 0.005, valid until the next search
   */
  compare(
    probe: Float32Array,
    runs: readonly FaceRun[],
  ): { counts: Uint32Array; collect: (most: number) => FoundSlots[] } {
    const { vector, code, bytes, counts, distances, found, codes, vectors } = this.at;
    this.floats(vector, EMBEDDING_LENGTH).set(probe);
    const scale = this.quantise(bytes);
    this.sign(code);
    const countsNow = this.counts().fill(0);
    const listed = this.list(runs);
    const distancesOf = (run: ListedRun) => distances + 2 * run.offset;
    for (const run of listed) this.kernel.compare(codes, run.pages, run.faces, code, distancesOf(run), counts);
    const collect = (most: number): FoundSlots[] =>
      listed.map((run) => {
        const { pages, faces, first, offset } = run;
        const out = (found[0] as number) + FOUND_BYTES * offset;
        const at = distancesOf(run);
        return this.#foundAt(out, this.kernel.collect(vectors, pages, faces, bytes, scale, at, most, first, out));
      });
    return { counts: countsNow, collect };
  }

  /** Makes a probe ready for `sample` and `sieve`, until anything else is asked of the arena. @returns its scale */
  aimSieve(probe: Float32Array, axes: Axes): number {
    fillTable(this.coordinates(probe, axes), axes, this.bytes(this.at.table, TABLE_BYTES));
    return this.aim(probe);
  }

  /** Writes the numbers of the pages of runs to where the loops read them. */
  list(runs: readonly FaceRun[]): ListedRun[] {
    let listed = 0;
    return runs.map(({ pages, faces, first }) => {
      const run = { pages: this.at.pages + 4 * listed, faces, first, offset: PAGE_FACES * listed };
      new Uint32Array(this.memory.buffer, run.pages, pages.length).set(pages);
      listed += pages.length;
      return run;
    });
  }

  /** Counts the coarse distances of the faces of each `step`-th page of a run. @returns how many faces these are */
  sample({ pages, faces }: ListedRun, step: number): number {
    const { sieve, table, coarse, counts } = this.at;
    return this.kernel.sample(sieve, pages, faces, step, table, coarse[0] as number, counts);
  }

  /** How many faces were counted at each distance since `forget`. */
  get sampled(): Uint32Array {
    return this.counts();
  }

  forget(): void {
    this.counts().fill(0);
  }

  /** Finds faces of a chunk. */
  sieve(chunk: SieveChunk, aim: SieveAim): FoundSlots {
    const count = sieveChunk(this.kernel, this.at, 0, chunk, aim);
    return this.foundBy(0, chunk, count);
  }

  /** What a hand found in a chunk. */
  foundBy(hand: number, chunk: SieveChunk, count: number): FoundSlots {
    return this.#foundAt(foundIn(this.at, hand, chunk), count);
  }

  /** Valid until the next search. */
  #foundAt(at: number, count: number): FoundSlots {
    return {
      slots: new Uint32Array(this.memory.buffer, at, 2 * count),
      cosines: this.floats(at, 2 * count),
      count,
    };
  }

  /** @param bits four of each pair of coordinates */
  #setBits(page: number, place: number, bits: Uint8Array): void {
    const group = Math.floor(place / GROUP_FACES);
    const at = this.at.sieve + page * SIEVE_BYTES + (group * SIEVE_BYTES) / 2 + (place % 16);
    const codes = this.bytes(at, bits.length * 16);
    const shift = place % GROUP_FACES < 16 ? 0 : 4;
    for (let pair = 0; pair < bits.length; pair++) {
      const i = 16 * pair;
      codes[i] = ((codes[i] as number) & (0xf0 >> shift)) | ((bits[pair] as number) << shift);
    }
  }

  #codeAt(page: number, place: number): number {
    return this.at.codes + page * CODES_BYTES + place * CODE_BYTES;
  }

  #vectorAt(page: number, place: number): number {
    return this.at.vectors + page * VECTORS_BYTES + place * EMBEDDING_LENGTH;
  }

  /** Valid until the memory grows. */
  #scales(page: number): Float32Array {
    return this.floats(this.#vectorAt(page, 0) + SCALES_AT, PAGE_FACES);
  }
}
