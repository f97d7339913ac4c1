import { choice, integer, text } from '../parsers.js';
import type { Variable } from '../variable.js';

/** What is written down. */
export const recordSettings = {
  LOG_LEVEL: {
    description: 'How much is logged.',
    default: 'info',
    schema: choice('fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'),
  },
  AUDIT_LOG: {
    description: 'File that gets a line about each request: who, what, whose data, result. See docs/audit.md.',
    defaultShown: 'none: no audit log',
    schema: text(),
  },
  AUDIT_LOG_SIZE: {
    description: 'Bytes after which the audit log becomes `<file>.1`, and a new one begins.',
    default: String(50 * 1024 * 1024),
    defaultShown: '52428800 (50 MiB)',
    schema: integer(1024, 1024 ** 4),
  },
  AUDIT_LOG_KEEP: {
    description: 'How many such files are kept; the oldest is deleted.',
    default: '20',
    schema: integer(1, 1000),
  },
  METRICS_PORT: {
    description:
      'Separate port for Prometheus, which answers `/metrics` without a key. With 0 the server takes any free port and logs it. See docs/operations.md.',
    defaultShown: 'none: no metrics',
    schema: integer(0, 65_535),
  },
  METRICS_HOST: {
    description: 'Address that `METRICS_PORT` listens on.',
    default: '127.0.0.1',
    schema: text(),
  },
} as const satisfies Record<string, Variable>;
