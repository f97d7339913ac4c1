import { defineConfig } from 'vitest/config';

/** The long run of what `npm test` does briefly. FUZZ_SEED repeats a run. */
export default defineConfig({
  test: {
    include: ['test/fuzz/*.test.ts'],
    pool: 'forks',
    fileParallelism: false,
    expect: { poll: { timeout: 15_000 } },
    env: {
      FUZZ_BODIES: process.env.FUZZ_BODIES ?? '20000',
      FUZZ_IMAGES: process.env.FUZZ_IMAGES ?? '2000',
    },
    testTimeout: 3_600_000,
  },
});
