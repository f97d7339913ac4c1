import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { identityOf } from '../../src/gallery/model-identity.js';
import { galleryVersion } from '../../src/http/services.js';
import { loadPack } from '../../src/models/pack.js';
import { DATABASE } from '../../src/persistence/data-folder/data-folder.js';
import { defaultManifestPath } from '../../src/util/paths.js';
import { BareLimit } from './bare-limit.js';
import { benchPhotos, VGA } from './bench-photos.js';
import { BenchServer } from './bench-server.js';
import { type LoadSeries, loadPlot } from './plots.js';
import { median, quantile, report } from './report.js';
import { fillDatabase } from './start.js';

/**
 * Throughput and latency of search, add and extract over HTTP at rising concurrency, against the bare
 * limit, with so many made-up faces in the collection. Bare limit and HTTP take turns within each round, and ratios are taken within a round, so that a busy moment of
 * the machine strikes both; medians of the rounds are shown. The client shares the cores with the server.
 */
const ROUNDS = 5;
const SECONDS = 4;
const cores = availableParallelism();
const SATURATED = 4 * cores;
const CONCURRENCY = [1, cores, 2 * cores, 4 * cores, 8 * cores];

const TARGETS = {
  'search throughput at saturation ÷ bare limit': '≥ 0.90',
  'one search alone ÷ bare pipeline': '≤ 1.25',
  'p99 at half of saturation ÷ latency alone': '≤ 3',
  'the same, calls arriving at random': '',
  'event-loop delay p99 at saturation, ms': '≤ 20',
} as const;

/** With a million faces in the collection the index has a share of the cores. */
const THROUGHPUT_TARGET_WITH_FACES = '≥ 0.85';

type Round = Record<keyof typeof TARGETS, number>;

interface Load {
  perSecond: number;
  ms: number[];
}

/** @param kept folder with the data of an earlier run, or where this one leaves its data: it takes a while to make a million templates */
export async function measureHttp(machine: string, faces = 0, kept?: string): Promise<void> {
  const photos = await benchPhotos(VGA);
  const pack = await loadPack(process.env.MODEL_MANIFEST || defaultManifestPath, process.env.MODEL_PACK || 'default');
  const bare = await BareLimit.start(pack, photos, cores);
  const folder = kept ?? mkdtempSync(join(tmpdir(), 'facesearch-bench-'));
  const file = join(folder, DATABASE);
  if (!existsSync(file)) fillDatabase(file, identityOf(pack.embedders[galleryVersion].model), faces);
  const server = await BenchServer.start(cores, folder);
  try {
    // Templates of all people, and the sketches.
    if (faces > 0) await server.rest();
    for (const [i, file] of photos.entries()) {
      await server.post('/create', { id: `person-${i}`, name: `Person ${i}` });
      await server.post('/add', { id: `person-${i}`, file });
    }
    const photo = (i: number) => photos[i % photos.length] as Buffer;
    const calls: Record<string, (i: number) => Promise<void>> = {
      search: (i) => server.post('/search', { file: photo(i) }, ['200', '404']),
      add: (i) => server.post('/add', { id: `person-${i % photos.length}`, file: photo(i) }),
      extract: (i) => server.post('/extract_from_fm', { file: photo(i) }),
    };
    await bare.run(1);
    await closedLoop(calls.search as Call, SATURATED, 1);

    const rounds: Round[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      rounds.push(await measureRound(bare, server, calls.search as Call));
    }
    const tables: string[] = [];
    const series: LoadSeries[] = [];
    const bareRates: number[] = [];
    for (const [name, call] of Object.entries(calls)) {
      const line: LoadSeries = { name, perSecond: [], p50: [], p99: [] };
      for (const concurrency of CONCURRENCY) {
        const before = await bareRate(bare, SECONDS / 4);
        const { perSecond, ms } = await closedLoop(call, concurrency, 0.75 * SECONDS);
        const barePerSecond = (before + (await bareRate(bare, SECONDS / 4))) / 2;
        bareRates.push(barePerSecond);
        line.perSecond.push(perSecond);
        line.p50.push(median(ms));
        line.p99.push(quantile(ms, 0.99));
        const cells = [perSecond / barePerSecond, perSecond, median(ms), quantile(ms, 0.99)];
        const digits = [2, 1, 0, 0];
        tables.push(`| ${name} | ${concurrency} | ${cells.map((cell, i) => cell.toFixed(digits[i])).join(' | ')} |`);
      }
      series.push(line);
    }
    const bareMedian = median(bareRates);
    const targets = {
      ...TARGETS,
      ...(faces > 0 && { 'search throughput at saturation ÷ bare limit': THROUGHPUT_TARGET_WITH_FACES }),
    };
    const ratios = Object.fromEntries(
      Object.keys(TARGETS).map((name) => [name, median(rounds.map((round) => round[name as keyof typeof TARGETS]))]),
    );
    report(
      faces > 0 ? `http-${faces}` : 'http',
      { machine, faces, ratios, rounds, concurrency: CONCURRENCY, series, barePerSecond: bareMedian },
      [
        `Machine: ${machine}; ${cores} workers, the client on the same cores. Photos of 640x480, every gate on, pack \`${pack.name}\`${faces > 0 ? `, ${faces.toLocaleString('en')} faces in the collection` : ''}. Medians of ${ROUNDS} rounds.`,
        '',
        '| | measured | rounds | target |',
        '|---|---|---|---|',
        ...Object.entries(targets).map(([name, target]) => {
          const all = rounds.map((round) => round[name as keyof typeof TARGETS].toFixed(2)).join(', ');
          return `| ${name} | ${ratios[name]?.toFixed(2)} | ${all} | ${target} |`;
        }),
        `| models alone, photos a second on each core | ${(bareMedian / cores).toFixed(1)} | | |`,
        '',
        '| call | at once | throughput ÷ bare | calls/s | p50 ms | p99 ms |',
        '|---|---|---|---|---|---|',
        ...tables,
      ],
      loadPlot(CONCURRENCY, series, bareMedian),
    );
  } finally {
    await server.close();
    await bare.close();
    if (kept === undefined) rmSync(folder, { recursive: true, force: true });
  }
}

type Call = (i: number) => Promise<void>;

async function measureRound(bare: BareLimit, server: BenchServer, search: Call): Promise<Round> {
  const aloneBare = median(await bare.run(SECONDS / 2, 1));
  const alone = median((await closedLoop(search, 1, SECONDS / 2)).ms);
  const before = await bareRate(bare, SECONDS / 2);
  await server.vitals();
  const saturated = await closedLoop(search, SATURATED, SECONDS);
  const { loopDelayP99 } = await server.vitals();
  const after = await bareRate(bare, SECONDS / 2);
  const halfPerSecond = saturated.perSecond / 2;
  const even = await openLoop(search, evenly(halfPerSecond, SECONDS));
  const random = await openLoop(search, atRandom(halfPerSecond, 2 * SECONDS));
  return {
    'search throughput at saturation ÷ bare limit': (2 * saturated.perSecond) / (before + after),
    'one search alone ÷ bare pipeline': alone / aloneBare,
    'p99 at half of saturation ÷ latency alone': quantile(even, 0.99) / alone,
    'the same, calls arriving at random': quantile(random, 0.99) / alone,
    'event-loop delay p99 at saturation, ms': loopDelayP99,
  };
}

/** So many clients, each of which calls again as soon as it has its reply. */
async function closedLoop(call: Call, clients: number, seconds: number): Promise<Load> {
  const ms: number[] = [];
  const begin = performance.now();
  const end = begin + seconds * 1000;
  const client = async (first: number) => {
    for (let i = first; performance.now() < end; i += clients) {
      const start = performance.now();
      await call(i);
      ms.push(performance.now() - start);
    }
  };
  await Promise.all(Array.from({ length: clients }, (_, i) => client(i)));
  return { perSecond: (ms.length * 1000) / (performance.now() - begin), ms };
}

/** Seconds at which calls arrive. */
function evenly(perSecond: number, seconds: number): number[] {
  return Array.from({ length: Math.ceil(perSecond * seconds) }, (_, i) => i / perSecond);
}

/** Independently of each other, as from many clients. */
function atRandom(perSecond: number, seconds: number): number[] {
  const due: number[] = [];
  for (let at = 0; at < seconds; at += -Math.log(1 - Math.random()) / perSecond) due.push(at);
  return due;
}

/** Calls whenever one is due, whether or not earlier ones are answered. @returns milliseconds from when each was due */
async function openLoop(call: Call, due: readonly number[]): Promise<number[]> {
  const begin = performance.now();
  const one = async (seconds: number, i: number) => {
    const at = begin + seconds * 1000;
    await new Promise((resolve) => setTimeout(resolve, at - performance.now()));
    await call(i);
    return performance.now() - at;
  };
  return Promise.all(due.map(one));
}

/** Photos a second. */
async function bareRate(bare: BareLimit, seconds: number): Promise<number> {
  return (await bare.run(seconds)).length / seconds;
}
