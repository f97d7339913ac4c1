import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // Native addons (ONNX Runtime, SQLite, HNSW) want a process. Its files share it, so that each module is loaded once: a
    // fifth of the whole time. What a test changes of its process, it puts back.
    pool: 'forks',
    isolate: false,
    // Many tests wait for servers and browsers: two files at a time take little longer than one, on two cores as well.
    maxWorkers: 2,
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // Work in the background takes longer than Vitest's second on a machine that does something else as well.
    expect: { poll: { timeout: 15_000 } },
  },
});
