import { setTimeout } from 'node:timers/promises';
import type { Logger } from 'pino';
import { StoreError } from '../persistence/store-error.js';

/** Between two tries to reach what is not there at the start. */
const RETRY_MS = 1000;

/**
 * Does something that needs a service, again and again until it answers.
 * @param what for the log
 * @param closing ends the waiting
 * @throws what the work throws when waiting would not help
 */
export async function whenReachable(
  what: string,
  work: () => Promise<void>,
  logger: Pick<Logger, 'info' | 'warn'>,
  closing: AbortSignal,
): Promise<void> {
  for (let warned = false; ; warned = true) {
    try {
      await work();
      if (warned) logger.info(`${what} is there`);
      return;
    } catch (err) {
      if (!(err instanceof StoreError && err.isOutage) || closing.aborted) throw err;
      if (!warned) logger.warn({ err }, `waiting for ${what}`);
      await setTimeout(RETRY_MS, undefined, { signal: closing });
    }
  }
}
