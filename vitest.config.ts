import { defineConfig } from 'vitest/config';

/** Tests that start processes. From a process that has run many files, and is large, each start takes a tenth of a second more. */
const STARTING = [
  'test/{cli,clients,compat,console,docs,examples,faults,fuzz,observability}/**/*.test.ts',
  'test/persistence/backup/**/*.test.ts',
  'test/gallery/sweeps/**/*.test.ts',
  'test/http/plugins/tls.test.ts',
  'test/*.test.ts',
];

export default defineConfig({
  test: {
    // Native addons (ONNX Runtime, SQLite, HNSW) want a process.
    pool: 'forks',
    // Many tests wait for servers and browsers: two files at a time take little longer than one, on two cores as well.
    maxWorkers: 2,
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // Work in the background takes longer than Vitest's second on a machine that does something else as well.
    expect: { poll: { timeout: 15_000 } },
    projects: [
      { extends: true, test: { name: 'processes', include: STARTING } },
      // These share a process, so that each module is loaded once. What a test changes of its process, it puts back.
      { extends: true, test: { name: 'modules', include: ['test/**/*.test.ts'], exclude: STARTING, isolate: false } },
    ],
  },
});
