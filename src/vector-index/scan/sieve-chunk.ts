import { CHUNK_FACES, FOUND_BYTES, type Layout, type ListedRun, PAGE_FACES } from './arena-layout.js';
import type { SearchKernel } from './kernel.js';

/** A part of a listed run that one thread searches at a time. */
export interface SieveChunk extends ListedRun {
  /** Number of the arena. */
  arena: number;
}

/** What is looked for. */
export interface SieveAim {
  /** The coarse distance within which faces are found. */
  most: number;
  /** Bytes of a vector by which faces that are found are compared, a multiple of 16. */
  length: number;
  /** Of the probe, as `Arena.aim` gives it. */
  scale: number;
}

/** Cuts a run into chunks. */
export function chunksOf(arena: number, run: ListedRun): SieveChunk[] {
  return Array.from({ length: Math.ceil(run.faces / CHUNK_FACES) }, (_, i) => ({
    arena,
    pages: run.pages + (4 * i * CHUNK_FACES) / PAGE_FACES,
    faces: Math.min(CHUNK_FACES, run.faces - i * CHUNK_FACES),
    first: run.first + i * CHUNK_FACES,
    offset: run.offset + i * CHUNK_FACES,
  }));
}

/** Finds faces of a chunk. @param hand where it leaves them @returns how many */
export function sieveChunk(
  kernel: SearchKernel,
  layout: Layout,
  hand: number,
  chunk: SieveChunk,
  { most, length, scale }: SieveAim,
): number {
  const { sieve, table, vectors, bytes, coarse } = layout;
  const { pages, faces, first } = chunk;
  const out = foundIn(layout, hand, chunk);
  const distances = coarse[hand] as number;
  return kernel.sieve(sieve, pages, faces, table, most, vectors, bytes, length, scale, distances, first, out);
}

/** Address of what a hand found in a chunk. */
export function foundIn({ found }: Layout, hand: number, { offset }: SieveChunk): number {
  return (found[hand] as number) + FOUND_BYTES * offset;
}
