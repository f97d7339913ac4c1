import { readFileSync } from 'node:fs';
import { UsageError } from '../util/usage-error.js';

/**
 * The key of another server, from a variable or from the file that `<variable>_FILE` names: other users of the machine
 * see a command line, but neither of these.
 * @throws UsageError where there is none
 */
export function remoteKey(variable: string): string {
  const [value, file] = [process.env[variable], process.env[`${variable}_FILE`]];
  if (value && file) throw new UsageError(`${variable} and ${variable}_FILE: set only one of them.`);
  if (value) return value;
  if (!file)
    throw new UsageError(`${variable} is not set: it holds the key, or ${variable}_FILE names a file with it.`);
  try {
    return readFileSync(file, 'utf8').trim();
  } catch (error) {
    throw new UsageError(`${variable}_FILE: cannot read the file (${(error as NodeJS.ErrnoException).code}).`);
  }
}
