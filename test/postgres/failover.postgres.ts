import { expect, onTestFinished, test } from 'vitest';
import { PostgresServer, ports } from './postgres-server.js';
import { RoamingLoad } from './roaming-load.js';
import { ServerNodes } from './server-nodes.js';

const SEED = Number(process.env.FAULT_SEED ?? 20_261_124);

test('after a failover to the replica the servers go on by themselves, and have everything acknowledged', async () => {
  // A commit is acknowledged when the replica has it, too.
  const primary = await PostgresServer.start(ports.own, ['synchronous_standby_names=*']);
  onTestFinished(() => primary.remove());
  const replica = await primary.replica();
  onTestFinished(() => replica.remove());
  const nodes = await ServerNodes.start(`postgres://postgres@${primary.place},${replica.place}/postgres`, 3, {
    API_KEYS: RoamingLoad.apiKeys,
  });
  await nodes.ready();
  expect(await primary.query('SELECT sync_state FROM pg_stat_replication')).toEqual([{ sync_state: 'sync' }]);

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
