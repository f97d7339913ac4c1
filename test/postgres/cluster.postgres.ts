import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { migrations } from '../../src/persistence/people/postgres/migrations.js';
import { FolderObjectStore } from '../../src/persistence/photos/folder-object-store.js';
import { RandomVectors } from '../vector-index/random-vectors.js';
import { PostgresServer } from './postgres-server.js';
import { RoamingLoad } from './roaming-load.js';
import { ServerNodes } from './server-nodes.js';
import { connectionsEnded } from './settled.js';

const SEED = Number(process.env.FAULT_SEED ?? 20_261_124);
const NODES = 3;
const ROUNDS = Number(process.env.POSTGRES_ROUNDS ?? 3);

test('nodes and the database are killed under load: everything acknowledged is on every node, and nothing else', async () => {
  const random = new RandomVectors(SEED);
  const postgres = await PostgresServer.start();
  onTestFinished(() => postgres.remove());
  const nodes = await ServerNodes.start(postgres.url, NODES, { API_KEYS: RoamingLoad.apiKeys });
  await nodes.ready();
  expect(await postgres.query('SELECT version FROM schema_migrations ORDER BY version')).toEqual(
    migrations.map((_, i) => ({ version: i + 1 })),
  );

  let settling: Promise<unknown> = Promise.resolve();
  const killNode = async () => {
    const i = Math.floor(random.next() * NODES);
    settling = nodes.kill(i).then((name) => connectionsEnded(postgres, name));
    await settling;
    return i;
  };
  const load = new RoamingLoad(nodes, SEED, () => settling);
  await load.start();
  const someCalls = () => load.goOn(50 + Math.floor(random.next() * 100));
  for (let round = 1; round <= ROUNDS; round++) {
    await someCalls();
    const node = await killNode();
    // The others go on without it.
    await someCalls();
    await nodes.restart(node);
    await someCalls();
    await postgres.kill();
    await postgres.start();
    // None of them was restarted.
    await someCalls();
    const [another] = await Promise.all([killNode(), postgres.kill()]);
    await postgres.start();
    await nodes.restart(another);
  }
  await someCalls();
  await load.end();
  expect(load.troubles).toBeGreaterThan(0);
  await expectPhotosOfPeople(postgres, nodes.folder);
});

/** Every photo that a face names is there, and every other is on the list of those to be erased. */
async function expectPhotosOfPeople(postgres: PostgresServer, folder: string): Promise<void> {
  const photos: string[] = [];
  for await (const key of (await FolderObjectStore.open(join(folder, 'photos'))).keys()) photos.push(key);
  const named = await postgres.query<{ key: string }>(
    'SELECT object_key AS key FROM faces WHERE object_key IS NOT NULL',
  );
  const left = await postgres.query<{ key: string }>('SELECT object_key AS key FROM pending_object_deletions');
  expect(photos).toEqual(expect.arrayContaining(named.map(({ key }) => key)));
  expect([...named, ...left].map(({ key }) => key)).toEqual(expect.arrayContaining(photos));
}
