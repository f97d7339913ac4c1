import { ModelError } from '../src/models/model-error.js';

/**
 * Runs a script's body. What the operator can mend is one plain message, anything else a stack trace; both end with
 * exit code 1.
 */
export async function runScript(body: () => Promise<void>): Promise<void> {
  try {
    await body();
  } catch (error) {
    console.error(error instanceof ModelError ? error.message : error);
    process.exitCode = 1;
  }
}
