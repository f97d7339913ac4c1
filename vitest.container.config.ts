import { defineConfig } from 'vitest/config';

/** The image and the compose files on a real engine: scripts/container/test.sh starts it. */
export default defineConfig({
  test: {
    include: ['test/container/*.container.ts'],
    globalSetup: 'test/container/global-setup.ts',
    pool: 'forks',
    fileParallelism: false,
    testTimeout: 15 * 60_000,
    hookTimeout: 15 * 60_000,
  },
});
