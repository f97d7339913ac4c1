import { expect } from 'vitest';

/** Resident bytes of this process. */
export function resident(): number {
  return process.memoryUsage.rss();
}

/**
 * @param before resident bytes half-way, when the heaps of the C library, which keep what they once needed, are grown
 * @param slack bytes that they may have grown since; a leak in each run adds up to more
 */
export function expectMemoryBack(before: number, slack: number): void {
  const grown = resident() - before;
  process.stdout.write(`memory: ${mebibytes(before)} MiB half-way, ${mebibytes(grown)} MiB more at the end\n`);
  expect(grown).toBeLessThan(slack);
}

function mebibytes(bytes: number): number {
  return Math.round(bytes / 1024 / 1024);
}
