import { availableParallelism } from 'node:os';
import { runScript } from '../../src/command-line/run-script.js';
import { loadPack } from '../../src/models/pack.js';
import { defaultManifestPath } from '../../src/models/paths.js';
import { BareLimit } from './bare-limit.js';
import { benchPhotos, VGA } from './bench-photos.js';
import { BenchServer, type LoopDelay } from './bench-server.js';
import { machine, median, quantile, report } from './report.js';

/**
 * `npm run bench`: throughput and latency of search, add and extract over HTTP at rising concurrency, against the bare
 * limit. Bare limit and HTTP take turns within each round, and ratios are taken within a round, so that a busy moment of
 * the machine strikes both; medians of the rounds are shown. The client shares the cores with the server.
 */
const ROUNDS = 5;
const SECONDS = 4;
const cores = availableParallelism();
const SATURATED = 4 * cores;

const TARGETS = {
  'search throughput at saturation ÷ bare limit': '≥ 0.90',
  'one search alone ÷ bare pipeline': '≤ 1.25',
  'p99 at half of saturation ÷ latency alone': '≤ 3',
  'event-loop delay p99 at saturation, ms': '≤ 20',
} as const;

type Round = Record<keyof typeof TARGETS, number>;

interface Load {
  perSecond: number;
  ms: number[];
}

await runScript(async () => {
  // Asked before the benchmark itself makes the machine busy.
  const described = machine();
  const photos = await benchPhotos(VGA);
  const pack = await loadPack(process.env.MODEL_MANIFEST || defaultManifestPath, process.env.MODEL_PACK || 'default');
  const bare = await BareLimit.start(pack, photos, cores);
  const server = await BenchServer.start(cores);
  try {
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
    const series: Record<string, object[]> = {};
    for (const [name, call] of Object.entries(calls)) {
      for (const concurrency of [1, cores, 2 * cores, 4 * cores, 8 * cores]) {
        const before = (await bare.run(SECONDS / 2)).length / (SECONDS / 2);
        const { perSecond, ms } = await closedLoop(call, concurrency, SECONDS);
        const after = (await bare.run(SECONDS / 2)).length / (SECONDS / 2);
        const row = {
          concurrency,
          toBare: (2 * perSecond) / (before + after),
          perSecond,
          p50: median(ms),
          p99: quantile(ms, 0.99),
        };
        series[name] ??= [];
        series[name].push(row);
        tables.push(
          `| ${name} | ${concurrency} | ${row.toBare.toFixed(2)} | ${perSecond.toFixed(1)} | ${row.p50.toFixed(0)} | ${row.p99.toFixed(0)} |`,
        );
      }
    }
    const ratios = Object.fromEntries(
      Object.keys(TARGETS).map((name) => [name, median(rounds.map((round) => round[name as keyof typeof TARGETS]))]),
    );
    report('http', { machine: described, ratios, rounds, series, startMs: server.startMs }, [
      `Machine: ${described}; ${cores} workers, the client on the same cores. Photos of 640x480, every gate on, pack \`${pack.name}\`. Medians of ${ROUNDS} rounds.`,
      '',
      '| | measured | rounds | target |',
      '|---|---|---|---|',
      ...Object.entries(TARGETS).map(([name, target]) => {
        const all = rounds.map((round) => round[name as keyof typeof TARGETS].toFixed(2)).join(', ');
        return `| ${name} | ${ratios[name]?.toFixed(2)} | ${all} | ${target} |`;
      }),
      `| start-up without faces: until it listens, until it answers calls, ms | ${server.startMs.listening.toFixed(0)}, ${server.startMs.ready.toFixed(0)} | | |`,
      '',
      '| call | at once | throughput ÷ bare | calls/s | p50 ms | p99 ms |',
      '|---|---|---|---|---|---|',
      ...tables,
    ]);
  } finally {
    await server.close();
    await bare.close();
  }
});

type Call = (i: number) => Promise<void>;

async function measureRound(bare: BareLimit, server: BenchServer, search: Call): Promise<Round> {
  const aloneBare = median(await bare.run(SECONDS / 2, 1));
  const alone = median((await closedLoop(search, 1, SECONDS / 2)).ms);
  const before = (await bare.run(SECONDS / 2)).length / (SECONDS / 2);
  await server.loopDelay();
  const saturated = await closedLoop(search, SATURATED, SECONDS);
  const delay: LoopDelay = await server.loopDelay();
  const after = (await bare.run(SECONDS / 2)).length / (SECONDS / 2);
  const half = await openLoop(search, saturated.perSecond / 2, SECONDS);
  return {
    'search throughput at saturation ÷ bare limit': (2 * saturated.perSecond) / (before + after),
    'one search alone ÷ bare pipeline': alone / aloneBare,
    'p99 at half of saturation ÷ latency alone': quantile(half, 0.99) / alone,
    'event-loop delay p99 at saturation, ms': delay.p99,
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

/** Calls that arrive at even intervals, whether or not earlier ones are answered. */
async function openLoop(call: Call, perSecond: number, seconds: number): Promise<number[]> {
  const begin = performance.now();
  const one = async (i: number) => {
    const due = begin + (i * 1000) / perSecond;
    await new Promise((resolve) => setTimeout(resolve, due - performance.now()));
    await call(i);
    return performance.now() - due;
  };
  return Promise.all(Array.from({ length: Math.ceil(perSecond * seconds) }, (_, i) => one(i)));
}
