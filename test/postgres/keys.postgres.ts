import { expect, onTestFinished, test } from 'vitest';
import { runCommand } from '../support/command.js';
import { client } from '../support/target.js';
import { PostgresServer } from './postgres-server.js';
import { ServerNodes } from './server-nodes.js';

const keyText = /fsk_[\w-]{43}/g;

test('three servers that start together make one first key; a key is good and bad on all of them at once', async () => {
  const postgres = await PostgresServer.start();
  onTestFinished(() => postgres.remove());
  const nodes = await ServerNodes.start(postgres.url, 3);
  const targets = await nodes.ready();
  const statuses = (key: string) =>
    Promise.all(targets.map(async (target) => (await client(target, key).get('/list')).status));
  const firstKeys = nodes.logs.join('\n').match(keyText) ?? [];
  expect(firstKeys).toHaveLength(1);
  expect(await statuses(firstKeys[0] ?? '')).toEqual([200, 200, 200]);

  const keys = (...args: string[]) => runCommand('keys', nodes.folder, args, { env: { DATABASE_URL: postgres.url } });
  const made = await keys('create', '--tenant', 'acme');
  const key = made.stdout.trim();
  expect(await statuses(key)).toEqual([200, 200, 200]);
  const revoked = await keys('revoke', '2');
  expect(revoked.code, revoked.stderr).toBe(0);
  expect(await statuses(key)).toEqual([401, 401, 401]);
  expect(await statuses(firstKeys[0] ?? '')).toEqual([200, 200, 200]);
});
