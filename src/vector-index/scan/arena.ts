import { EMBEDDING_LENGTH } from '../../core/embedding.js';
import { kernelWasm } from './kernel-wasm.js';

/** Faces of a page. */
export const PAGE_FACES = 64;

const CODE_BYTES = EMBEDDING_LENGTH / 8;
/** Of a page, which takes 580 bytes a face in two places: see kernel.wat. */
const CODES_BYTES = PAGE_FACES * CODE_BYTES;
const SCALES_AT = PAGE_FACES * EMBEDDING_LENGTH;
const VECTORS_BYTES = SCALES_AT + PAGE_FACES * Float32Array.BYTES_PER_ELEMENT;

/** One gigabyte and 1.8 million faces. */
const MAX_PAGES = 28_000;
const DISTANCES = EMBEDDING_LENGTH + 1;
const WASM_PAGE = 65_536;
/** Memory grows by this many of WebAssembly's pages at once. */
const GROWTH = 64;

/** See kernel.wat. */
interface Kernel {
  rotate(vector: number, signs: number): void;
  signs(vector: number, code: number): void;
  largest(vector: number): number;
  quantise(vector: number, bytes: number, factor: number): void;
  compare(codes: number, pages: number, faces: number, code: number, distances: number, counts: number): void;
  collect(
    vectors: number,
    pages: number,
    faces: number,
    bytes: number,
    scale: number,
    distances: number,
    most: number,
    out: number,
  ): number;
}

const compiled = new WebAssembly.Module(Buffer.from(kernelWasm, 'base64'));

/** Consecutive pages of one collection, of which the last may not be full. */
export interface FaceRun {
  pages: readonly number[];
  faces: number;
}

/**
 * Memory for the sketches of many faces of many collections, with the compiled loops that search it.
 *
 * A sketch is a code of 512 bits, the signs of the vector after a fixed random rotation (two rounds of random signs and a
 * Walsh-Hadamard transform, as in Andoni et al., "Practical and Optimal LSH for Angular Distance", 2015), and the vector
 * itself in 512 signed bytes. The share of bits in which two codes differ is the angle between their vectors divided by
 * pi, give or take 0.02 (Charikar, "Similarity Estimation Techniques from Rounding Algorithms", 2002).
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
    pages: number;
    distances: number;
    found: number;
    codes: number;
    vectors: number;
  };

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
      pages: reserve(4 * maxPages),
      distances: reserve(2 * PAGE_FACES * maxPages),
      found: reserve(8 * PAGE_FACES * maxPages),
      codes: reserve(CODES_BYTES * maxPages),
      vectors: top,
    };
    this.#memory = new WebAssembly.Memory({ initial: Math.ceil(top / WASM_PAGE), maximum: WASM_PAGE });
    this.#kernel = new WebAssembly.Instance(compiled, { env: { memory: this.#memory } }).exports as unknown as Kernel;
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

  /** Overwrites a page with zeros and lets others use it. */
  release(page: number): void {
    this.#bytes(this.#codeAt(page, 0), CODES_BYTES).fill(0);
    this.#bytes(this.#vectorAt(page, 0), VECTORS_BYTES).fill(0);
    this.#free.push(page);
    this.#inUse--;
  }

  /** Writes the sketch of a vector of 512 numbers. @param place 0 to 63 */
  write(page: number, place: number, vector: Float32Array): void {
    const scale = this.#sketch(vector, this.#codeAt(page, place), this.#vectorAt(page, place));
    this.#scales(page)[place] = scale;
    this.#floats(this.#at.vector, EMBEDDING_LENGTH).fill(0);
  }

  /** Copies a sketch. */
  copy(from: { page: number; place: number }, to: Arena, { page, place }: { page: number; place: number }): void {
    const code = this.#bytes(this.#codeAt(from.page, from.place), CODE_BYTES);
    const vector = this.#bytes(this.#vectorAt(from.page, from.place), EMBEDDING_LENGTH);
    to.#bytes(to.#codeAt(page, place), CODE_BYTES).set(code);
    to.#bytes(to.#vectorAt(page, place), EMBEDDING_LENGTH).set(vector);
    to.#scales(page)[place] = this.#scales(from.page)[from.place] as number;
  }

  /** Overwrites a sketch with zeros. */
  erase(page: number, place: number): void {
    this.#bytes(this.#codeAt(page, place), CODE_BYTES).fill(0);
    this.#bytes(this.#vectorAt(page, place), EMBEDDING_LENGTH).fill(0);
    this.#scales(page)[place] = 0;
  }

  /**
   * Compares the codes of runs of pages with a probe's.
   * @returns a second step, to be called before anything else is asked of the arena, and how many faces have each
   *   distance, 0 to 512. The second step gives, of the faces whose distance is at most the one given, the place in their
   *   run and the cosine to the probe, give or take 0.005
   */
  compare(
    probe: Float32Array,
    runs: readonly FaceRun[],
  ): { counts: Uint32Array; collect: (most: number) => FoundSlots[] } {
    const { code, bytes, counts, pages, distances, found, codes, vectors } = this.#at;
    const scale = this.#sketch(probe, code, bytes);
    const countsNow = new Uint32Array(this.#memory.buffer, counts, DISTANCES).fill(0);
    let listed = 0;
    const placed = runs.map(({ pages: list, faces }) => {
      const at = { pages: pages + 4 * listed, distances: distances + 2 * PAGE_FACES * listed, faces };
      new Uint32Array(this.#memory.buffer, at.pages, list.length).set(list);
      listed += list.length;
      this.#kernel.compare(codes, at.pages, faces, code, at.distances, counts);
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
    return { counts: countsNow, collect };
  }

  /** @returns what the bytes are to be multiplied by */
  #sketch(vector: Float32Array, code: number, bytes: number): number {
    const { vector: at, signs } = this.#at;
    this.#floats(at, EMBEDDING_LENGTH).set(vector);
    const largest = this.#kernel.largest(at);
    this.#kernel.quantise(at, bytes, 127 / largest);
    for (const round of signs) this.#kernel.rotate(at, round);
    this.#kernel.signs(at, code);
    return largest / 127;
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

/** Entry i of both lists, at 2 i in `slots` and at 2 i + 1 in `cosines`, belongs to one face. */
export interface FoundSlots {
  slots: Uint32Array;
  cosines: Float32Array;
  count: number;
}

/** The same in every process: xorshift32. */
function randomSigns(seed: number): Float32Array {
  let state = Math.imul(seed, 0x9e3779b9);
  return new Float32Array(EMBEDDING_LENGTH).map(() => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state & 0x10000 ? 1 : -1;
  });
}
