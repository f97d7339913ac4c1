import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { runScript } from '../../src/cli/run-script.js';
import { EMBEDDING_LENGTH } from '../../src/core/embedding.js';
import { UsageError } from '../../src/util/usage-error.js';
import { IndexWorkers } from '../../src/vector-index/index-workers.js';
import { faceStream, Nearest, newImages } from './made-up-collection.js';
import { machine, quantile, report } from './report.js';

/**
 * `npm run bench:large-index -- --folder <folder> [--faces 10000000] [--helpers 1] [--report]`: the index alone, without a database, of a
 * collection so large that the rows would take 28 GB. The first run makes the collection, works out the nearest face of each
 * probe by comparing all, and keeps sketches and answers in the folder: half an hour and 6 GB for 10 million. Each run then
 * opens the kept sketches, as a start of the server does, and searches: two minutes. `--helpers 0` searches in one thread.
 */
const PROBES = 100;
const SEARCHES = 500;
const WARM_UP = 20;
const CANDIDATES = 16;
const BATCH = 1000;
const MODEL = 'bench';
const COLLECTION = 1;

const { values } = parseArgs({
  options: {
    folder: { type: 'string' },
    faces: { type: 'string', default: '10000000' },
    helpers: { type: 'string' },
    report: { type: 'boolean', default: false },
  },
});

await runScript(async () => {
  const faces = Number(values.faces);
  if (!Number.isInteger(faces) || faces <= 0) throw new UsageError('--faces must be a number of faces.');
  if (values.helpers !== undefined && !/^[0-3]$/.test(values.helpers))
    throw new UsageError('--helpers must be 0 to 3.');
  if (!values.folder) throw new UsageError('--folder must say where the collection is kept.');
  const folder = join(values.folder, String(faces));
  const answers = join(folder, 'nearest.json');
  if (!existsSync(answers)) {
    mkdirSync(folder, { recursive: true });
    const probes = makeProbes(faces);
    const nearest = await makeIndex(folder, faces, probes);
    writeFileSync(answers, JSON.stringify({ probes: probes.map((probe) => [...probe]), nearest }));
  }
  const described = await machine();
  const { probes, nearest } = JSON.parse(readFileSync(answers, 'utf8')) as { probes: number[][]; nearest: number[] };
  const vectors = probes.map((probe) => Float32Array.from(probe));
  tell(described, folder, faces, await measure(folder, faces, vectors, nearest));
});

function workersOf(folder: string): IndexWorkers {
  const helpers = values.helpers === undefined ? {} : { helpers: Number(values.helpers) };
  return new IndexWorkers({ kind: 'auto', folder: join(folder, 'index'), workers: 1, ...helpers });
}

function makeProbes(faces: number): Float32Array[] {
  const people: Float32Array[] = [];
  for (const { person } of faceStream(faces)) if (person) people.push(person);
  return newImages(people, PROBES);
}

/** @returns the nearest face of each probe, by comparing all */
async function makeIndex(folder: string, faces: number, probes: readonly Float32Array[]): Promise<number[]> {
  const workers = workersOf(folder);
  const { index } = await workers.open(COLLECTION, MODEL);
  const nearest = new Nearest(probes);
  let batch = new Float32Array(BATCH * EMBEDDING_LENGTH);
  let ids: number[] = [];
  let added: Promise<void> | undefined;
  const flush = async () => {
    await added;
    added = index.add({
      faceIds: Float64Array.from(ids),
      embeddings: batch.subarray(0, ids.length * EMBEDDING_LENGTH),
    });
    batch = new Float32Array(BATCH * EMBEDDING_LENGTH);
    ids = [];
  };
  let faceId = 0;
  for (const { embedding } of faceStream(faces)) {
    faceId++;
    batch.set(embedding, ids.length * EMBEDDING_LENGTH);
    ids.push(faceId);
    nearest.compare(faceId, embedding);
    if (ids.length < BATCH) continue;
    await flush();
    if (faceId % 500_000 === 0) console.log(`${faceId} faces`);
  }
  if (ids.length > 0) await flush();
  await added;
  await index.settled();
  await index.save();
  await workers.close();
  return nearest.faces.map(({ faceId }) => faceId);
}

interface Measured {
  p50Ms: number;
  p99Ms: number;
  /** Share of the probes whose nearest face was found. */
  recall: number;
  openSeconds: number;
  /** Of memory. */
  gigabytes: number;
}

async function measure(
  folder: string,
  faces: number,
  probes: readonly Float32Array[],
  nearest: readonly number[],
): Promise<Measured> {
  const begin = performance.now();
  const workers = workersOf(folder);
  try {
    const { index, faceIds } = await workers.open(COLLECTION, MODEL);
    const openSeconds = (performance.now() - begin) / 1000;
    if (faceIds.length !== faces) throw new Error(`${faceIds.length} faces were kept of ${faces}`);
    const times: number[] = [];
    let hits = 0;
    for (let i = 0; i < WARM_UP + SEARCHES; i++) {
      const start = performance.now();
      const found = await index.search(probes[i % PROBES] as Float32Array, CANDIDATES);
      if (i >= WARM_UP) times.push(performance.now() - start);
      if (i < PROBES && found.some(({ faceId }) => faceId === nearest[i])) hits++;
    }
    const gigabytes = process.memoryUsage.rss() / 1e9;
    return { p50Ms: quantile(times, 0.5), p99Ms: quantile(times, 0.99), recall: hits / PROBES, openSeconds, gigabytes };
  } finally {
    await workers.close();
  }
}

function tell(described: string, folder: string, faces: number, measured: Measured): void {
  const { p50Ms, p99Ms, recall, openSeconds, gigabytes } = measured;
  const kept = statSync(join(folder, 'index', `${COLLECTION}.sqlite`)).size / 1e9;
  const verdict = (isMet: boolean) => (isMet ? 'met' : '**missed**');
  const lines = [
    `Machine: ${described}. ${faces.toLocaleString('en')} faces, ${SEARCHES} searches with ${PROBES} probes of people who are there.`,
    '',
    '| | measured | target | |',
    '|---|---|---|---|',
    `| search, p50 | ${p50Ms.toFixed(1)} ms | – | |`,
    `| search, p99 | ${p99Ms.toFixed(1)} ms | ≤ 12 ms | ${verdict(p99Ms <= 12)} |`,
    `| nearest face found among ${CANDIDATES} | ${(100 * recall).toFixed(1)} % | – | |`,
    `| memory of the process, without models | ${gigabytes.toFixed(1)} GB | ≤ 14 GB | ${verdict(gigabytes <= 14)} |`,
    `| kept sketches read again | ${openSeconds.toFixed(1)} s | ≤ 60 s | ${verdict(openSeconds <= 60)} |`,
    `| kept sketches on the disk | ${kept.toFixed(1)} GB | – | |`,
  ];
  if (values.report) report('large-index', { machine: described, faces, ...measured, kept }, lines);
  else console.log(lines.join('\n'));
}
