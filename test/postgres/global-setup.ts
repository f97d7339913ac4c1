import { PostgresServer, ports, realEngine } from './postgres-server.js';

/** Brings the engine up once for all tests. @throws Error that says why it cannot be had */
export async function setup(): Promise<() => Promise<void>> {
  try {
    await realEngine('install');
    for (const port of Object.values(ports)) await refuseToShare(port);
    const server = await PostgresServer.start(ports.shared);
    process.env.TEST_DATABASE_URL = server.url;
    return () => server.remove();
  } catch (error) {
    throw new Error(`test:postgres needs a real PostgreSQL. ${(error as Error).message}`);
  }
}

/** Another run's database is not to be taken away. */
async function refuseToShare(port: number): Promise<void> {
  const runs = await realEngine('status', '--port', String(port)).catch(() => undefined);
  if (runs === undefined) return;
  throw new Error(
    `One runs on port ${port}, of another run or of one that was killed: set TEST_POSTGRES_PORT to another port, or end it with scripts/postgres/real-engine.sh remove --port ${port}`,
  );
}
