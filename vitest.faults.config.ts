import { defineConfig } from 'vitest/config';

/** The long run: `npm test` kills the server a few times, this many times, and fills a real file system. */
export default defineConfig({
  test: {
    include: ['test/faults/*.test.ts', 'test/faults/*.faults.ts'],
    pool: 'forks',
    fileParallelism: false,
    expect: { poll: { timeout: 15_000 } },
    env: { FAULT_KILLS: process.env.FAULT_KILLS ?? '200' },
    testTimeout: 2 * 3_600_000,
  },
});
