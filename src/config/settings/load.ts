import { availableParallelism } from 'node:os';
import { integer } from '../parsers.js';
import type { Variable } from '../variable.js';

/** How much it does at once, and how long it waits. */
export const loadSettings = {
  WORKERS: {
    description: 'Threads that run the models.',
    default: String(availableParallelism()),
    defaultShown: 'number of cores',
    schema: integer(1, 256),
  },
  MAX_QUEUE: {
    description: 'Photos that may wait for a thread. Further photos get 503 with `Retry-After`.',
    default: '64',
    schema: integer(1, 100_000),
  },
  BODY_LIMIT: {
    description: 'Largest request body in bytes. A larger one answers 413.',
    default: String(16 * 1024 * 1024),
    defaultShown: '16777216 (16 MiB)',
    schema: integer(1024, 1024 * 1024 * 1024),
  },
  REQUEST_TIMEOUT: {
    description: 'Milliseconds that a client may take to send a whole request. 0 is no limit.',
    default: '120000',
    schema: integer(0, 86_400_000),
  },
  REQUEST_DEADLINE: {
    description:
      'Milliseconds that a photo may wait for a thread. After that it gets 503 with `Retry-After`. 0 is no limit.',
    default: '60000',
    schema: integer(0, 86_400_000),
  },
  ANALYSIS_TIMEOUT: {
    description:
      'Milliseconds that the analysis of one photo may take. After that it gets 500 (`analysis-timeout`), and the thread that ran it, which hangs, is replaced. 0 is no limit.',
    default: '30000',
    schema: integer(0, 86_400_000),
  },
  SHUTDOWN_GRACE: {
    description: 'Seconds that running requests get to finish after SIGTERM or SIGINT.',
    default: '10',
    schema: integer(0, 3600),
  },
} as const satisfies Record<string, Variable>;
