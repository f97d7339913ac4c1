import { EMBEDDING_LENGTH } from '../../core/embedding.js';
import { AXES, SIEVE_DISTANCES, TABLE_BYTES } from './axes.js';

/** Threads that search one arena at a time, by their numbers: 0 is that of the index, the others are helpers. */
export const MAX_HANDS = 4;

/** Faces of a page. */
export const PAGE_FACES = 64;

export const CODE_BYTES = EMBEDDING_LENGTH / 8;
/** Of a page, which takes 580 bytes a face in two places: see search-kernel.wat. */
export const CODES_BYTES = PAGE_FACES * CODE_BYTES;
export const SCALES_AT = PAGE_FACES * EMBEDDING_LENGTH;
/** Of a page of a sieve. */
export const SIEVE_BYTES = (PAGE_FACES * AXES) / 4;
export const GROUP_FACES = 32;
/** Faces that a thread searches at a time, about 20 µs of work: little enough to be done twice where a helper was interrupted in it. */
export const CHUNK_FACES = 128 * PAGE_FACES;
/** Of a face that was found: its slot and its cosine. */
export const FOUND_BYTES = 8;
export const VECTORS_BYTES = SCALES_AT + PAGE_FACES * Float32Array.BYTES_PER_ELEMENT;

/** One gigabyte and 1.8 million faces. */
export const MAX_PAGES = 28_000;
export const DISTANCES = Math.max(EMBEDDING_LENGTH + 1, SIEVE_DISTANCES);
export const WASM_PAGE = 65_536;
/** Four gigabytes. */
export const MAX_WASM_PAGES = 65_536;
/** Memory grows by this many of WebAssembly's pages at once. */
export const GROWTH = 64;

/** Addresses in an arena's memory. */
export interface Layout {
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
  /** For each hand room for what it finds, and for the distances of a chunk. */
  found: readonly number[];
  coarse: readonly number[];
  codes: number;
  sieve: number;
  vectors: number;
}

/** Consecutive pages of one collection, of which the last may not be full. */
export interface FaceRun {
  pages: Uint32Array;
  faces: number;
  /** Slot of the first face. */
  first: number;
}

/** A run whose pages are listed in the arena's memory. */
export interface ListedRun {
  /** Address of the list. */
  pages: number;
  faces: number;
  first: number;
  /** Faces of the arena that are listed before. */
  offset: number;
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

export function layoutOf(maxPages: number): Layout {
  let top = 0;
  const reserve = (bytes: number) => {
    const at = top;
    top = Math.ceil((top + bytes) / 64) * 64;
    return at;
  };
  const vectorBytes = EMBEDDING_LENGTH * Float32Array.BYTES_PER_ELEMENT;
  // Lists and codes have the space that a full arena needs; a part that is never touched takes no memory. Codes lie together
  // since a search reads all of them: scattered over the memory, a million took twice as long.
  return {
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
    found: Array.from({ length: MAX_HANDS }, () => reserve(FOUND_BYTES * PAGE_FACES * maxPages)),
    coarse: Array.from({ length: MAX_HANDS }, () => reserve(2 * CHUNK_FACES)),
    codes: reserve(CODES_BYTES * maxPages),
    sieve: reserve(SIEVE_BYTES * maxPages),
    vectors: top,
  };
}
