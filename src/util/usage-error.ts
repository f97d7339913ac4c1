import { OperatorError } from './operator-error.js';

/** The command line is wrong. The message says what is expected; the exit code is then 2. */
export class UsageError extends OperatorError {
  override name = 'UsageError';
}
