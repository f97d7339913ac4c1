import { setTimeout as delay } from 'node:timers/promises';
import { runScript } from '../../src/cli/run-script.js';
import { benchPhotos, VGA } from './bench-photos.js';
import type { BenchServer } from './bench-server.js';
import { backUp, onFilledServer } from './filled-server.js';
import { memoryPlot } from './plots.js';
import { machine, report } from './report.js';
import { randomUnit } from './stalls-data.js';

/**
 * `npm run bench:endurance -- [faces] [users] [minutes] [--report]`: whether a server's memory stays level. A server with that many
 * faces (100,000) and users (20,000) has everything at once for half an hour: searches by photo and by vector, pages of
 * users, people who are enrolled and deleted again, collections that are filled and deleted, and backups. The resident
 * memory is read every ten seconds. `--report` writes and plots it in docs.
 */
const args = process.argv.slice(2);
const isReported = args.includes('--report');
const [FACES = 100_000, USERS = 20_000, MINUTES = 30] = args.filter((arg) => arg !== '--report').map(Number);
const SAMPLE_MS = 10_000;
/** People enrolled and deleted again one after the other stay this many. */
const PASSING_PEOPLE = 50;
const FACES_OF_PASSING_COLLECTION = 300;
const BACKUPS = 4;
const MIB = 2 ** 20;

await runScript(async () => {
  const described = await machine();
  const settings = { RETENTION_DAYS: '1', KEEP_PHOTOS: 'crop' };
  await onFilledServer({ faces: FACES, users: USERS, others: 10 }, settings, async ({ server, folder }) => {
    tell(described, await load(server, folder));
  });
});

interface Course {
  counts: Record<string, number>;
  /** Of the resident memory, in MiB, every SAMPLE_MS. */
  memory: number[];
}

async function load(server: BenchServer, folder: string): Promise<Course> {
  const photos = await benchPhotos(VGA);
  const photo = (i: number) => photos[i % photos.length] as Buffer;
  const vector = () => JSON.stringify(Array.from(randomUnit()));
  const until = performance.now() + MINUTES * 60_000;
  const counts: Record<string, number> = {};
  const repeat = async (what: string, pause: number, work: (i: number) => Promise<unknown>) => {
    for (let i = 0; performance.now() < until; i++) {
      await work(i);
      counts[what] = i + 1;
      await delay(Math.min(pause, Math.max(0, until - performance.now())));
    }
  };
  const passingPerson = async (i: number) => {
    const id = `passing-${i}`;
    await server.post('/create', { id, name: id });
    await server.post('/add', { id, file: photo(i) });
    await server.post('/add_vector', { id, vector: vector() });
    if (i >= PASSING_PEOPLE) await server.delete('/delete', { id: `passing-${i - PASSING_PEOPLE}` });
  };
  const passingCollection = async (i: number) => {
    const collection = `passing-${i}`;
    await server.post('/create', { collection, id: 'one', name: 'one' });
    for (let face = 0; face < FACES_OF_PASSING_COLLECTION; face++)
      await server.post('/add_vector', { collection, id: 'one', vector: vector() });
    await server.delete('/delete_collection', { collection });
  };
  const memory: number[] = [];
  await Promise.all([
    repeat('searches by photo', 50, (i) => server.post('/search', { file: photo(i) }, ['200', '404'])),
    repeat('searches by vector', 5, () => server.post('/search_vector', { vector: vector() }, ['200', '404'])),
    repeat('pages of users', 200, (i) => server.get(`/admin/v1/users?limit=50&offset=${(i * 50) % (USERS / 2)}`)),
    repeat('people enrolled and deleted', 100, passingPerson),
    repeat('collections filled and deleted', 1000, passingCollection),
    repeat('backups', (MINUTES * 60_000) / BACKUPS, () => backUp(folder)),
    repeat('', SAMPLE_MS, async () => {
      const { rssBytes } = await server.vitals();
      memory.push(rssBytes / MIB);
    }),
  ]);
  delete counts[''];
  return { counts, memory };
}

function tell(described: string, { counts, memory }: Course): void {
  const half = memory.slice(Math.floor(memory.length / 2));
  const perHour = slope(half) * (3_600_000 / SAMPLE_MS);
  const [first, last] = [
    mean(memory.slice(0, Math.ceil(memory.length / 3))),
    mean(memory.slice((2 * memory.length) / 3)),
  ];
  const lines = [
    `Machine: ${described}. ${FACES.toLocaleString('en')} faces, ${USERS.toLocaleString('en')} users, ${MINUTES} minutes.`,
    '',
    ...Object.entries(counts).map(([what, count]) => `- ${count.toLocaleString('en')} ${what}`),
    '',
    '![Resident memory over time](benchmarks/endurance.svg)',
    '',
    '| resident memory | MiB |',
    '|---|---|',
    `| highest | ${Math.max(...memory).toFixed(0)} |`,
    `| mean of the first third | ${first.toFixed(0)} |`,
    `| mean of the last third | ${last.toFixed(0)} |`,
    `| growth an hour, by the straight line through the second half | ${perHour.toFixed(0)} |`,
  ];
  const numbers = { counts, memory: memory.map(Math.round), perHour };
  if (isReported) report('endurance', numbers, lines, memoryPlot(memory, MINUTES));
  else console.log(lines.join('\n'));
}

function mean(numbers: readonly number[]): number {
  return numbers.reduce((sum, number) => sum + number, 0) / numbers.length;
}

/** Of the line of least squares through numbers at even distances. */
function slope(numbers: readonly number[]): number {
  const middle = (numbers.length - 1) / 2;
  const level = mean(numbers);
  const covariance = numbers.reduce((sum, number, i) => sum + (i - middle) * (number - level), 0);
  return covariance / numbers.reduce((sum, _, i) => sum + (i - middle) ** 2, 0);
}
