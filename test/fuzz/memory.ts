import { expect } from 'vitest';

/**
 * How much more memory the process may hold after a run than after its first tenth: room for the heaps' own slack. A
 * leak of one photo or body in a hundred is more than that in the long run.
 */
const TOLERANCE_BYTES = 192 * 1024 * 1024;

/** Resident bytes of this process. */
export function resident(): number {
  return process.memoryUsage.rss();
}

export function expectMemoryBack(before: number): void {
  const grown = resident() - before;
  process.stdout.write(`memory: ${mebibytes(before)} MiB, then ${mebibytes(grown)} MiB more\n`);
  expect(grown).toBeLessThan(TOLERANCE_BYTES);
}

function mebibytes(bytes: number): number {
  return Math.round(bytes / 1024 / 1024);
}
