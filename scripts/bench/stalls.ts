import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { runScript } from '../../src/cli/run-script.js';
import { DATABASE, PHOTOS } from '../../src/persistence/data-folder/data-folder.js';
import { FolderObjectStore } from '../../src/persistence/photos/folder-object-store.js';
import { Database } from '../../src/persistence/sqlite.js';
import { mapConcurrent } from '../../src/util/map-concurrent.js';
import { type BenchServer, OTHER_KEY } from './bench-server.js';
import { backUp, onFilledServer } from './filled-server.js';
import { machine, report } from './report.js';
import { LARGE, randomUnit } from './stalls-data.js';

/**
 * `npm run bench:stalls -- [faces] [users] [seconds] [--report]`: what holds up the thread that answers HTTP, and what one tenant waits
 * for another. A server with that many faces (a million; three tenths of them in a collection that is deleted meanwhile) and
 * users (200,000) has a mixed load: searches and adds by vector, pages of users, one delete_collection, a backup, and the
 * retention sweep of 2,000 users. Prints the delay of the event loop, as p99 and maximum.
 * Then another tenant's delete is timed, alone and while 5,000 photos are to be deleted. `--report` writes it to docs.
 */
const args = process.argv.slice(2);
const isReported = args.includes('--report');
const [FACES = 1_000_000, USERS = 200_000, SECONDS = 60] = args.filter((arg) => arg !== '--report').map(Number);
const PENDING = 5000;
const DELETES = 20;

/** What was measured, with its target, in the order in which it was. */
const rows: { what: string; measured: string; target: string }[] = [];

function tell(what: string, measured: string, target = '–'): void {
  rows.push({ what, measured, target });
  console.log(`${what}: ${measured} (target ${target})`);
}

await runScript(async () => {
  const described = await machine();
  const data = { faces: FACES, users: USERS, others: 3 * DELETES };
  await onFilledServer(data, { RETENTION_DAYS: '1' }, async ({ server, folder, filledMs }) => {
    console.log(`${described}; ${FACES} faces, ${USERS} users, made in ${filledMs.toFixed(0)} ms`);
    tell('start, without kept sketches', `${(server.startMs.ready / 1000).toFixed(1)} s`);
    await loopDelay(server, folder);
    await waiting(server, folder);
  });
  if (!isReported) return;
  const load = `${FACES.toLocaleString('en')} faces, ${USERS.toLocaleString('en')} users, ${SECONDS} seconds`;
  report('stalls', rows, [
    `Machine: ${described}. ${load}.`,
    '',
    '| what | measured | target |',
    '|---|---|---|',
    ...rows.map(({ what, measured, target }) => `| ${what} | ${measured} | ${target} |`),
  ]);
});

async function loopDelay(server: BenchServer, folder: string): Promise<void> {
  await server.vitals();
  const until = performance.now() + SECONDS * 1000;
  const counts = { searches: 0, adds: 0, pages: 0 };
  const vector = () => JSON.stringify(Array.from(randomUnit()));
  const repeat = async (what: keyof typeof counts, pause: number, work: () => Promise<void>) => {
    while (performance.now() < until) {
      await work();
      counts[what]++;
      await delay(pause);
    }
  };
  const once = async (after: number, work: () => Promise<number>, what: string) => {
    await delay(after * SECONDS * 1000);
    tell(what, `${(await work()).toFixed(0)} ms`);
  };
  const search = () => server.post('/search_vector', { vector: vector() }, ['200', '404']);
  const page = () => server.get(`/admin/v1/users?limit=50&offset=${Math.floor((Math.random() * USERS) / 2)}`);
  await Promise.all([
    repeat('searches', 5, search),
    repeat('searches', 5, search),
    repeat('adds', 10, () => server.post('/add_vector', { id: 'user-1', vector: vector() })),
    repeat('pages', 200, page),
    once(
      0.1,
      () => timed(() => server.delete('/delete_collection', { collection: LARGE })),
      'delete_collection answered',
    ),
    once(0.5, () => timed(() => backUp(folder)), 'backup'),
  ]);
  const { loopDelayP99, loopDelayMax } = await server.vitals();
  tell('calls meanwhile', `${counts.searches} searches, ${counts.adds} adds, ${counts.pages} pages`);
  tell('event-loop delay, p99 / max', `${loopDelayP99.toFixed(1)} / ${loopDelayMax.toFixed(1)} ms`, '≤ 20 / ≤ 50 ms');
}

async function waiting(server: BenchServer, folder: string): Promise<void> {
  await server.rest();
  let next = 0;
  const oneDelete = () => timed(() => server.delete('/delete', { id: `other-${next++}` }, OTHER_KEY));
  const median = async () => {
    const times: number[] = [];
    for (let i = 0; i < DELETES; i++) times.push(await oneDelete());
    return times.sort((a, b) => a - b)[DELETES / 2] as number;
  };
  const alone = await median();
  const objects = await FolderObjectStore.open(join(folder, PHOTOS), { shared: true });
  const keys = Array.from({ length: PENDING }, (_, i) => `faces/pending-${i}`);
  await mapConcurrent(keys, 16, (key) => objects.put(key, Buffer.from('photo')));
  const db = new Database(join(folder, DATABASE), { timeout: 5000 });
  const add = db.prepare(
    `INSERT INTO pending_object_deletions (object_key, since, tenant_id)
     SELECT ?, 0, tenant_id FROM tenants WHERE name = 'bench'`,
  );
  db.transaction(() => {
    for (const key of keys) add.run(key);
  }).immediate();
  const left = () => Number(db.prepare('SELECT count(*) FROM pending_object_deletions').pluck().get());
  // Any deletion of the tenant begins the sweep.
  await server.delete('/delete', { id: 'user-2' });
  const beside = await median();
  tell(
    `another tenant's delete, alone and with ${left()} of ${PENDING} photos still to be deleted`,
    `${alone.toFixed(1)} / ${beside.toFixed(1)} ms: ${(beside / alone).toFixed(2)} times`,
    '≤ 2 times',
  );
  db.close();
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return Math.round(performance.now() - start);
}
