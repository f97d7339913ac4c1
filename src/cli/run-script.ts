import { OperatorError } from '../util/operator-error.js';
import { UsageError } from '../util/usage-error.js';

/**
 * Runs a command's body. What the operator can put right is one plain message, anything else a stack trace; the exit code is
 * then 1, or 2 for a wrong command line.
 */
export async function runScript(body: () => Promise<void>): Promise<void> {
  try {
    await body();
  } catch (error) {
    console.error(error instanceof OperatorError ? error.message : error);
    process.exitCode = error instanceof UsageError ? 2 : 1;
  }
}
