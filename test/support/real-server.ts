import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readConfig } from '../../src/config/config.js';
import { createLogger } from '../../src/observability/logging.js';
import { openServer, type Server } from '../../src/server.js';

/** The whole server on an empty folder of its own, with its models loaded. Workers need compiled code. */
export async function realServer(env: Record<string, string> = {}): Promise<Server & { key: string }> {
  const folder = await mkdtemp(join(tmpdir(), 'facesearch-'));
  const config = readConfig({ DATA_DIR: folder, LOG_LEVEL: 'silent', WORKERS: '1', ...env });
  const workerUrl = new URL('../../dist/src/vision/worker.js', import.meta.url);
  const server = await openServer(config, createLogger(config.LOG_LEVEL), workerUrl);
  const close = async () => {
    await server.close();
    await rm(folder, { recursive: true, force: true });
  };
  await server.started;
  const key = await server.firstKey;
  if (key === undefined) throw new Error('an empty store must make a key');
  return { ...server, close, key };
}
