import { existsSync } from 'node:fs';
import { OperatorError } from '../util/operator-error.js';

/**
 * Reads settings from the file `.env` of the folder that the program runs in, where there is one, as Docker Compose does.
 * A variable that the environment has already wins.
 * @throws OperatorError
 */
export function readDotEnv(file = '.env'): void {
  if (!existsSync(file)) return;
  if (process.loadEnvFile === undefined) {
    console.error(`${file} is not read: that needs Node.js 20.12 or later.`);
    return;
  }
  try {
    process.loadEnvFile(file);
  } catch (error) {
    throw new OperatorError(`Cannot read ${file}: ${(error as Error).message}`);
  }
}
