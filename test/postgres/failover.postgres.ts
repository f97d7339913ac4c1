import { expect, onTestFinished, test } from 'vitest';
import { field } from '../support/multipart.js';
import { client, type Target } from '../support/target.js';
import { PostgresServer, ports } from './postgres-server.js';
import { RoamingLoad } from './roaming-load.js';
import { ServerNodes } from './server-nodes.js';

const SEED = Number(process.env.FAULT_SEED ?? 20_261_124);

/** Servers on a primary that acknowledges a commit when its replica has it, too. */
async function withReplica(count: number, env: Record<string, string>) {
  const primary = await PostgresServer.start(ports.own, ['synchronous_standby_names=*']);
  onTestFinished(() => primary.remove());
  const replica = await primary.replica();
  onTestFinished(() => replica.remove());
  const url = `postgres://postgres@${primary.place},${replica.place}/postgres`;
  const nodes = await ServerNodes.start(url, count, env);
  await nodes.ready();
  expect(await primary.query('SELECT sync_state FROM pg_stat_replication')).toEqual([{ sync_state: 'sync' }]);
  return { primary, replica, nodes };
}

test('after a failover to the replica the servers go on by themselves, and have everything acknowledged', async () => {
  const { primary, replica, nodes } = await withReplica(3, { API_KEYS: RoamingLoad.apiKeys });
  const load = new RoamingLoad(nodes, SEED);
  await load.start();
  await load.goOn(300);
  await primary.kill();
  await replica.promote();
  await load.goOn(300);
  await load.end();
  expect(load.troubles).toBeGreaterThan(0);
  expect(await replica.query('SELECT pg_is_in_recovery() AS replica')).toEqual([{ replica: false }]);
});

test('what the replica does not have is not acknowledged', async () => {
  const key = 'key-of-acme';
  const { primary, replica, nodes } = await withReplica(1, { API_KEYS: `acme:${key}`, DATABASE_TIMEOUT: '1000' });
  const { post, get } = client(nodes.targets[0] as Target, key);
  const save = (id: string) => post('/create', field('id', id), field('name', 'Somebody'));
  expect(await save('before')).toMatchObject({ json: { code: '200' } });
  await replica.stop();
  expect(await save('unreplicated')).toMatchObject({
    status: 503,
    json: { reason: 'change-uncertain', data: expect.stringContaining('may have happened') },
  });
  await primary.kill();
  await replica.start();
  await replica.promote();
  await expect.poll(async () => (await get('/list')).status, { timeout: 30_000 }).toBe(200);
  expect((await get('/list')).json.data).toEqual([{ id: 'before', name: 'Somebody' }]);
  expect(await save('after')).toMatchObject({ json: { code: '200' } });
});
