import { setTimeout as delay } from 'node:timers/promises';
import type { PostgresServer } from './postgres-server.js';

const POLL_MS = 50;

/**
 * Resolves when the database has ended every connection of a server that was killed: until then it may still do what
 * that had sent. A database that is away has ended all.
 */
export async function connectionsEnded(postgres: PostgresServer, serverName: string): Promise<void> {
  for (;;) {
    const rows = await postgres
      .query('SELECT FROM pg_stat_activity WHERE application_name = $1', [serverName])
      .catch(() => []);
    if (rows.length === 0) return;
    await delay(POLL_MS);
  }
}
