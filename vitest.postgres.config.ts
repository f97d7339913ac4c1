import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { defineConfig } from 'vitest/config';

/** Those that `npm test` runs on PGlite. */
const onAnyEngine = readdirSync('test', { recursive: true, encoding: 'utf8' })
  .map((name) => join('test', name))
  .filter((path) => path.endsWith('.test.ts') && readFileSync(path, 'utf8').includes('/support/test-database.js'));

/** Everything about PostgreSQL, on a real one: see scripts/postgres/real-engine.sh. */
export default defineConfig({
  test: {
    include: [...onAnyEngine, 'test/postgres/*.postgres.ts'],
    globalSetup: 'test/postgres/global-setup.ts',
    pool: 'forks',
    fileParallelism: false,
    expect: { poll: { timeout: 15_000 } },
    testTimeout: 5 * 60_000,
    hookTimeout: 60_000,
  },
});
