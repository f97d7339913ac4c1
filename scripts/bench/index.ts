import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { runScript } from '../../src/command-line/run-script.js';
import { EMBEDDING_LENGTH } from '../../src/embedding.js';
import { noCrowding } from '../../src/gallery/crowding.js';
import { followStore } from '../../src/gallery/follow-store.js';
import { scored } from '../../src/gallery/scored.js';
import { cosineSimilarity } from '../../src/gallery/similarity.js';
import { embeddingToBlob } from '../../src/store/embedding-blob.js';
import { openDatabase } from '../../src/store/sqlite-database.js';
import { SqliteStore } from '../../src/store/sqlite-store.js';
import { IndexWorkers } from '../../src/vector-index/index-workers.js';
import type { IndexKind } from '../../src/vector-index/protocol.js';
import type { RemoteIndex } from '../../src/vector-index/remote-index.js';
import { FaceLikeVectors } from './face-like-vectors.js';

/**
 * `npm run bench:index -- --faces 10000,100000 [--index hnsw]`: for each number of faces, fills a database, builds the index from it in
 * its thread, searches it, writes its snapshot and opens it again. Results go to docs/benchmarks/index-<kind>.json, and as a
 * table to docs/benchmarks.md.
 */
const PROBES = 200;
/** Searches before the measured ones: until then the compiled loops are not optimised yet. */
const WARM_UP = 20;
const MODEL = 'bench';
const rawCosine = { crowding: noCrowding, similarity: cosineSimilarity };

interface Result {
  faces: number;
  /** From the store into the scanned table. */
  readSeconds: number;
  buildFacesPerSecond: number;
  searchP50Ms: number;
  searchP99Ms: number;
  /** The share of probes, new images of people in the index, for which the graph's nearest face is the nearest. */
  recallAt1: number;
  /** The same, of probes whose nearest face has a cosine of at least 0.4. */
  recallAt1Similar: number;
  /** Of the whole process, models not loaded. */
  rssGigabytes: number;
  snapshotSeconds: number;
  snapshotGigabytes: number;
  /** From the snapshot, faces compared with the database. */
  startSeconds: number;
}

await runScript(async () => {
  const { values } = parseArgs({
    options: {
      faces: { type: 'string', default: '10000,100000' },
      index: { type: 'string', default: 'scan' },
    },
  });
  const kind = values.index === 'hnsw' ? 'hnsw' : 'scan';
  const load = loadavg()[0]?.toFixed(1) ?? '?';
  const results: Result[] = [];
  for (const faces of values.faces.split(',').map(Number)) {
    const folder = mkdtempSync(join(tmpdir(), 'facesearch-bench-'));
    try {
      results.push(await measure(faces, kind, folder));
      console.log(results.at(-1));
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }
  const machine = `${cpus()[0]?.model ?? 'unknown processor'}, ${cpus().length} cores, Node ${process.version}`;
  writeFileSync(`docs/benchmarks/index-${kind}.json`, `${JSON.stringify({ machine, load, results }, null, 2)}\n`);
  writeTable('docs/benchmarks.md', kind, `${machine}, load ${load}`, results);
});

async function measure(faces: number, kind: IndexKind, folder: string): Promise<Result> {
  const file = join(folder, 'facesearch.sqlite');
  const probes = fill(file, faces);
  const store = await SqliteStore.open(file);
  const snapshots = join(folder, 'index');
  const open = async () => {
    const workers = new IndexWorkers({
      dimensions: EMBEDDING_LENGTH,
      kind,
      folder: snapshots,
      keepSnapshots: kind === 'hnsw',
      workers: 1,
    });
    let index: RemoteIndex | undefined;
    const opener = async () => {
      const opened = await workers.open(1, MODEL);
      index = opened.index;
      return opened;
    };
    await followStore({ open: opener, store, collectionId: 1, model: MODEL });
    return { workers, index: index as RemoteIndex };
  };
  const [first, readSeconds] = await timed(open);
  const [, buildSeconds] = await timed(() => first.index.settled());
  for (const probe of probes.slice(0, WARM_UP)) await first.index.search(probe, 16);
  const found: number[] = [];
  const times: number[] = [];
  for (const probe of probes) {
    // As the gallery does: what the index finds is compared again, with what is stored.
    const [matches, seconds] = await timed(async () => {
      const nearest = await first.index.search(probe, 16);
      const ids = nearest.map(({ faceId }) => faceId);
      return scored(await store.embeddingsOf(ids, MODEL), probe, rawCosine);
    });
    found.push(matches[0]?.faceId ?? 0);
    times.push(seconds * 1000);
  }
  times.sort((a, b) => a - b);
  const rssGigabytes = process.memoryUsage.rss() / 1e9;
  const [, snapshotSeconds] = await timed(() => first.index.save());
  await first.workers.close();
  const [second, startSeconds] = await timed(open);
  const names = existsSync(snapshots) ? readdirSync(snapshots) : [];
  const snapshotGigabytes = names.reduce((sum, name) => sum + statSync(join(snapshots, name)).size, 0) / 1e9;
  await second.workers.close();
  await store.close();
  const exact = exactNearest(faces, probes);
  const similar = exact.map(({ cosine }, i) => ({ cosine, hit: exact[i]?.faceId === found[i] }));
  const share = (hits: { hit: boolean }[]) => hits.filter(({ hit }) => hit).length / hits.length;
  return {
    faces,
    readSeconds,
    buildFacesPerSecond: faces / (readSeconds + buildSeconds),
    searchP50Ms: times[Math.floor(times.length / 2)] as number,
    searchP99Ms: times[Math.ceil(times.length * 0.99) - 1] as number,
    recallAt1: share(similar),
    recallAt1Similar: share(similar.filter(({ cosine }) => cosine >= 0.4)),
    rssGigabytes,
    snapshotSeconds,
    snapshotGigabytes,
    startSeconds,
  };
}

/** Writes the faces in one transaction. @returns new images of people spread over the whole collection */
function fill(file: string, faces: number): Float32Array[] {
  const db = openDatabase(file);
  db.exec(`INSERT INTO tenants (tenant_id, name) VALUES (1, 'bench');
    INSERT INTO collections (collection_id, tenant_id, name, created_at) VALUES (1, 1, '', 0);
    INSERT INTO users (user_id, collection_id, client_id, name, created_at) VALUES (1, 1, 'bench', '', 0)`);
  const add = db.prepare(
    `INSERT INTO faces (collection_id, user_id, model, embedding, created_at) VALUES (1, 1, ?, ?, 0)`,
  );
  const people: Float32Array[] = [];
  db.transaction(() => {
    for (const { embedding, person } of faceStream(faces)) {
      add.run(MODEL, embeddingToBlob(embedding));
      if (person) people.push(person);
    }
  })();
  db.close();
  const random = new FaceLikeVectors(2);
  return Array.from({ length: PROBES }, () =>
    random.image(people[Math.floor(random.next() * people.length)] as Float32Array),
  );
}

/** With one person in so many for a probe, told at the first image. */
function* faceStream(faces: number): Generator<{ embedding: Float32Array; person: Float32Array | undefined }> {
  const random = new FaceLikeVectors(1);
  const every = Math.max(1, Math.floor(faces / 4 / 1000));
  for (let made = 0, people = 0; made < faces; people++) {
    const person = random.person();
    const images = Math.min(faces - made, random.imagesOfPerson());
    for (let i = 0; i < images; i++) {
      yield { embedding: random.image(person), person: i === 0 && people % every === 0 ? person : undefined };
    }
    made += images;
  }
}

function exactNearest(faces: number, probes: readonly Float32Array[]): { faceId: number; cosine: number }[] {
  const best = probes.map(() => ({ faceId: 0, cosine: -2 }));
  let faceId = 0;
  for (const { embedding } of faceStream(faces)) {
    faceId++;
    for (const [i, probe] of probes.entries()) {
      let cosine = 0;
      for (let j = 0; j < probe.length; j++) cosine += (probe[j] as number) * (embedding[j] as number);
      if (cosine > (best[i]?.cosine ?? 2)) best[i] = { faceId, cosine };
    }
  }
  return best;
}

async function timed<T>(work: () => Promise<T>): Promise<[T, number]> {
  const start = performance.now();
  const result = await work();
  return [result, (performance.now() - start) / 1000];
}

function writeTable(path: string, kind: IndexKind, machine: string, results: readonly Result[]): void {
  const [from, to] = [`<!-- index ${kind} -->`, `<!-- /index ${kind} -->`];
  const rows = results.map((r) =>
    [
      r.faces.toLocaleString('en'),
      `${r.buildFacesPerSecond.toFixed(0)} /s`,
      `${r.searchP50Ms.toFixed(2)} / ${r.searchP99Ms.toFixed(2)} ms`,
      `${(100 * r.recallAt1).toFixed(1)} %`,
      `${(100 * r.recallAt1Similar).toFixed(1)} %`,
      `${r.rssGigabytes.toFixed(2)} GB`,
      r.snapshotGigabytes === 0 ? 'none' : `${r.snapshotSeconds.toFixed(1)} s, ${r.snapshotGigabytes.toFixed(2)} GB`,
      `${r.startSeconds.toFixed(1)} s`,
    ].join(' | '),
  );
  const table = [
    from,
    `Machine: ${machine}. ${PROBES} probes, after ${WARM_UP} to warm up.`,
    '',
    '| faces | build | search p50 / p99 | recall@1 | recall@1, cosine ≥ 0.4 | memory | snapshot | opened again |',
    '|---|---|---|---|---|---|---|---|',
    ...rows.map((row) => `| ${row} |`),
    to,
  ].join('\n');
  const old = existsSync(path) ? readFileSync(path, 'utf8') : `# Benchmarks\n\n${from}\n${to}\n`;
  const [before = '', rest = ''] = old.split(from);
  writeFileSync(path, `${before}${table}${rest.split(to)[1] ?? '\n'}`);
}
