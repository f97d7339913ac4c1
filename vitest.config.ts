import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // Native addons (ONNX Runtime, SQLite, HNSW) want a process of their own per file.
    pool: 'forks',
    // Many tests wait for servers and browsers: two files at a time take little longer than one, on two cores as well.
    maxWorkers: 2,
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
