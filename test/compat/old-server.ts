import { onTestFinished } from 'vitest';
import { readConfig } from '../../src/config/config.js';
import { createLogger } from '../../src/observability/logging.js';
import { openServer } from '../../src/server.js';
import { client, injectTarget } from '../support/target.js';

/** Today's server, ready, over data of an older one. */
export async function serverOver(env: Record<string, string>) {
  const config = readConfig({ LOG_LEVEL: 'silent', WORKERS: '1', ...env });
  const workers = new URL('../../dist/src/vision/worker.js', import.meta.url);
  const opened = await openServer(config, createLogger(config.LOG_LEVEL), workers);
  onTestFinished(() => opened.close());
  await opened.started;
  const target = injectTarget(opened.app);
  return { firstKey: opened.firstKey, as: (key: string) => client(target, key), app: opened.app, close: opened.close };
}

export type OpenServer = Awaited<ReturnType<typeof serverOver>>;
