import type { Arena } from './arena.js';
import type { FaceRun, FoundSlots } from './arena-layout.js';
import type { Axes } from './axes.js';
import { distanceOf } from './distances.js';
import { MAX_CHUNKS } from './sieve-board.js';
import { chunksOf, type SieveChunk } from './sieve-chunk.js';
import type { SieveHelpers } from './sieve-helpers.js';

/** So many of the wanted faces lie in the sample from which the bound is told: it is right within a fifth, usually. */
const IN_SAMPLE = 32;
const MAX_STEP = 32;

/**
 * The faces whose codes in a sieve are the nearest to a probe's. A sample of the pages tells how near that is, and then one
 * pass finds the faces and compares their vectors.
 * @param wanted so many faces, roughly, and at least half of them
 * @param length bytes by which their vectors are compared, a multiple of 16
 * @returns valid until anything else is asked of the arenas
 */
export function searchSieve(
  runs: ReadonlyMap<Arena, readonly FaceRun[]>,
  axes: Axes,
  probe: Float32Array,
  wanted: number,
  length: number,
  helpers: SieveHelpers | undefined,
): FoundSlots[] {
  let scale = 0;
  let size = 0;
  const listed = [...runs].map(([arena, itsRuns]) => {
    scale = arena.aimSieve(probe, axes);
    for (const { faces } of itsRuns) size += faces;
    return { arena, runs: arena.list(itsRuns) };
  });
  const arenas = new Map(listed.map(({ arena }) => [arena.number, arena]));
  const chunks = listed.flatMap(({ arena, runs: itsRuns }) => itsRuns.flatMap((run) => chunksOf(arena.number, run)));
  const step = Math.max(1, Math.min(MAX_STEP, Math.floor(wanted / IN_SAMPLE)));
  const found = find(bound(step));
  // One person's many faces on one page of the sample make all others look nearer than they are.
  return step > 1 && countOf(found) < Math.min(wanted, size) / 2 ? find(bound(1)) : found;

  function bound(step: number): number {
    let seen = 0;
    for (const { arena, runs: itsRuns } of listed) {
      arena.forget();
      for (const run of itsRuns) seen += arena.sample(run, step);
    }
    return distanceOf(
      listed.map(({ arena }) => arena.sampled),
      (wanted * seen) / size,
    );
  }

  function find(most: number): FoundSlots[] {
    const aim = { most, length, scale };
    if (!helpers || size < helpers.from || chunks.length > MAX_CHUNKS) {
      return chunks.map((chunk) => arenaOf(chunk).sieve(chunk, aim));
    }
    helpers.start();
    const { board } = helpers;
    board.post(chunks, aim);
    const results: FoundSlots[] = [];
    for (let claim = board.claim(); claim; claim = board.claim()) {
      results[claim.index] = arenaOf(claim.chunk).sieve(claim.chunk, aim);
    }
    for (const [index, chunk] of chunks.entries()) {
      if (results[index]) continue;
      const result = board.resultOf(index);
      const arena = arenaOf(chunk);
      results[index] = result ? arena.foundBy(result.hand, chunk, result.count) : arena.sieve(chunk, aim);
    }
    return results;
  }

  function arenaOf({ arena }: SieveChunk): Arena {
    return arenas.get(arena) as Arena;
  }
}

function countOf(found: readonly FoundSlots[]): number {
  return found.reduce((sum, { count }) => sum + count, 0);
}
