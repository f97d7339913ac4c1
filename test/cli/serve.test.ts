import { expect, onTestFinished, test } from 'vitest';
import { temporaryFolder } from '../persistence/temporary-folder.js';
import { freePort } from '../support/free-port.js';
import { startServer } from '../support/server-process.js';

/** A server that waits for its database, and where it would listen. */
async function waitingServer(env: Record<string, string>): Promise<string> {
  const port = await freePort();
  const server = startServer(await temporaryFolder(), {
    PORT: String(port),
    DATABASE_URL: `postgres://nobody@127.0.0.1:${await freePort()}/none`,
    ...env,
  });
  onTestFinished(async () => {
    server.child.kill('SIGKILL');
    await server.exitCode;
  });
  await server.waitFor(/waiting for the database/);
  return `http://127.0.0.1:${port}`;
}

test('a server listens before it can answer requests, and says so', async () => {
  const origin = await waitingServer({});
  await expect.poll(async () => (await fetch(`${origin}/ready`).catch(() => undefined))?.status).toBe(503);
  expect((await fetch(`${origin}/health`)).status).toBe(200);
});

test('a server with LISTEN=when-ready refuses connections until it is ready', async () => {
  const origin = await waitingServer({ LISTEN: 'when-ready' });
  await expect(fetch(`${origin}/health`)).rejects.toThrow('fetch failed');
});
