/** The command line is wrong. The message says what is expected; the exit code is then 2. */
export class UsageError extends Error {
  override name = 'UsageError';
}
