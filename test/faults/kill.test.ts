import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { temporaryFolder } from '../persistence/temporary-folder.js';
import { file } from '../support/multipart.js';
import { type ServerProcess, startServer } from '../support/server-process.js';
import { client, httpTarget } from '../support/target.js';
import { RandomVectors } from '../vector-index/random-vectors.js';
import { compare } from './compare.js';
import { FaceLibrary } from './face-library.js';
import { type Calls, LoadClient, type Place } from './load-client.js';

/** `npm run test:faults` asks for 200. The moment of a kill is random even with the same seed: the machine decides. */
const KILLS = Number(process.env.FAULT_KILLS ?? 4);
const SEED = Number(process.env.FAULT_SEED ?? 20_261_124);
const CLIENTS = 6;
const keys = { acme: 'key-of-acme', globex: 'key-of-globex' };
const API_KEYS = Object.entries(keys)
  .map((pair) => pair.join(':'))
  .join();

function placesOf(i: number): Place[] {
  return [
    { tenant: 'acme', collection: 'common', shared: true },
    { tenant: 'acme', collection: `own-${i}`, shared: false },
    // The other tenant's collection of the same name is another one.
    { tenant: 'globex', collection: `own-${i}`, shared: false },
  ];
}

function callsOf(origin: string): (tenant: string) => Calls {
  const target = httpTarget(origin);
  const calls = new Map(Object.entries(keys).map(([tenant, key]) => [tenant, client(target, key)]));
  return (tenant) => calls.get(tenant) as Calls;
}

async function kill({ child, exitCode }: ServerProcess): Promise<void> {
  child.kill('SIGKILL');
  await exitCode;
}

test(`after ${KILLS} kills at random moments, everything acknowledged is there, and nothing else`, async () => {
  const folder = await temporaryFolder();
  const random = new RandomVectors(SEED);
  const faces = new FaceLibrary(SEED);
  const clients = Array.from(
    { length: CLIENTS },
    (_, i) => new LoadClient(`c${i}-`, placesOf(i), new RandomVectors(SEED + i), faces),
  );
  let server = startServer(folder, { API_KEYS });
  onTestFinished(() => void server.child.kill('SIGKILL'));
  let calls = callsOf(await server.ready());
  for (const name of faces.photoNames) {
    const { json } = await calls('acme').post('/extract_from_fm', file(faces.photo(name)));
    faces.learn(name, (json.data as { vector: number[] }).vector);
  }

  for (let round = 1; round <= KILLS; round++) {
    const load = Promise.all(clients.map((each) => each.run(calls)));
    await delay(random.next() * 600);
    await kill(server);
    await load;
    server = startServer(folder, { API_KEYS });
    if (random.next() < 0.2) {
      // Recovery, too, may be cut off.
      await delay(random.next() * 1500);
      await kill(server);
      server = startServer(folder, { API_KEYS });
    }
    calls = callsOf(await server.ready());
    const isLast = round === KILLS;
    const compared = clients.map((each) => compare(each, calls, faces, isLast));
    await Promise.all(compared).catch((error) => {
      throw new Error(`after kill ${round} of seed ${SEED}: ${error.message}`);
    });
    await expectOnlyPhotosOfPeople(folder, clients);
    if (KILLS > 10 && round % 10 === 0) console.log(`${round} kills, ${acknowledged(clients)} calls acknowledged`);
  }
  expect(acknowledged(clients)).toBeGreaterThan(KILLS);
});

function acknowledged(clients: readonly LoadClient[]): number {
  return clients.reduce((sum, each) => sum + each.acknowledged, 0);
}

/** Photos are kept of those people only whom the server made from them, as long as their faces are kept. */
async function expectOnlyPhotosOfPeople(folder: string, clients: readonly LoadClient[]): Promise<void> {
  const people = clients.flatMap(({ known }) => known.flatMap((place) => [...place.values()]));
  const photos = async () => {
    const entries = await readdir(join(folder, 'photos'), { recursive: true, withFileTypes: true });
    return entries.filter((entry) => entry.isFile()).length;
  };
  // Those of erased faces are deleted in the background.
  await expect.poll(photos, { timeout: 30_000 }).toBe(people.filter(({ hasPhoto }) => hasPhoto).length);
}
