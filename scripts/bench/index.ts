import { existsSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { runScript } from '../../src/cli/run-script.js';
import { followStore } from '../../src/gallery/follow-store.js';
import { mostSimilar } from '../../src/gallery/ranking.js';
import { probeOf } from '../../src/gallery/scoring/rank.js';
import { shippedCohort } from '../../src/gallery/scoring/shipped-centres.js';
import { calibratedScale } from '../../src/gallery/scoring/similarity.js';
import { Templates } from '../../src/gallery/templates.js';
import { embeddingToBlob } from '../../src/persistence/encryption/embedding-blob.js';
import { openDatabase } from '../../src/persistence/people/sqlite/sqlite-database.js';
import { SqliteStore } from '../../src/persistence/people/sqlite/sqlite-store.js';
import { UsageError } from '../../src/util/usage-error.js';
import { IndexWorkers } from '../../src/vector-index/index-workers.js';
import type { IndexKind } from '../../src/vector-index/protocol.js';
import type { RemoteIndex } from '../../src/vector-index/remote-index.js';
import { PROBES, type Result, tableOf, WARM_UP } from './index-table.js';
import { cohortCentres, exactNearest, faceStream, newImages } from './made-up-collection.js';
import { machine, report } from './report.js';

/**
 * `npm run bench:index -- --faces 10000,100000 [--index auto,hnsw]`: for each number of faces, fills a database and, for each kind of
 * index, builds the index from it in its thread, searches it, keeps it on the disk and opens it again. Results go to
 * docs/benchmarks/index-<kind>.json, and as tables to docs/benchmarks.md; those of 10,000 and a million faces in one run are
 * compared with the targets. A million takes about ten minutes, and half an hour more with `hnsw`; 10 million (`--faces
 * 10000,10000000`) about two hours, 14 GB of memory and 40 GB in the temporary folder.
 */
const MODEL = 'bench';
const CANDIDATES = 16;
const KINDS = ['auto', 'scan', 'hnsw'] as const;

await runScript(async () => {
  const { values } = parseArgs({
    options: {
      faces: { type: 'string', default: '10000,100000' },
      index: { type: 'string', default: 'auto' },
    },
  });
  const kinds = values.index.split(',').map((name) => {
    const kind = KINDS.find((each) => each === name);
    if (!kind) throw new UsageError('--index must be auto, scan or hnsw, or several of them.');
    return kind;
  });
  const sizes = values.faces.split(',').map(Number);
  if (!sizes.every((size) => Number.isInteger(size) && size > 0)) {
    throw new UsageError('--faces must be numbers of faces, such as 10000,100000.');
  }
  const described = await machine();
  const results = new Map<IndexKind, Result[]>(kinds.map((kind) => [kind, []]));
  for (const faces of sizes) {
    const folder = mkdtempSync(join(tmpdir(), 'facesearch-bench-'));
    try {
      const file = join(folder, 'facesearch.sqlite');
      const probes = fill(file, faces);
      const exact = exactNearest(faces, probes);
      for (const [kind, list] of results) {
        list.push(await measure({ faces, kind, folder, file, probes, exact }));
        console.log(kind, list.at(-1));
      }
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }
  for (const [kind, list] of results) {
    report(`index-${kind}`, { machine: described, results: list }, tableOf(described, list));
  }
});

interface Measured {
  faces: number;
  kind: IndexKind;
  folder: string;
  file: string;
  probes: readonly Float32Array[];
  exact: readonly { faceId: number; cosine: number }[];
}

async function measure({ faces, kind, folder, file, probes, exact }: Measured): Promise<Result> {
  const store = await SqliteStore.open(file);
  const centres = { version: 'made up', vectors: cohortCentres() };
  const cohort = shippedCohort(centres);
  const scale = calibratedScale(
    {
      points: [
        { cosine: -1, similarity: 0 },
        { cosine: 1, similarity: 1 },
      ],
    },
    centres,
  );
  const logger = { warn: (trouble: unknown) => console.error(trouble) };
  const templates = new Templates({ store, model: MODEL, cohorts: { of: async () => cohort }, logger });
  // Pauses of the sweep do not keep a process alive.
  const alive = setInterval(() => undefined, 1000);
  const [, templateSeconds] = await timed(async () => {
    await templates.sweepAll();
    await templates.settled();
  });
  clearInterval(alive);
  const snapshots = join(folder, `index-${kind}`);
  const open = async () => {
    const workers = new IndexWorkers({
      kind,
      folder: snapshots,
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
  const found: Set<number>[] = [];
  const times: number[] = [];
  const indexTimes: number[] = [];
  const onMissing = () => {
    throw new Error('a template is missing');
  };
  for (const probe of probes) {
    // As the gallery does: what the index finds is compared again, with what is stored, and with the people's templates.
    const [ids, seconds] = await timed(async () => {
      const [nearest, seconds] = await timed(() => first.index.search(probe, CANDIDATES));
      indexTimes.push(seconds * 1000);
      const ids = nearest.map(({ faceId }) => faceId);
      const people = await store.ownersOf(ids, { model: MODEL, cohort: centres.version }, probe);
      const found = { people, isAll: false };
      await mostSimilar(found, probeOf(probe, cohort), 1, { store, model: MODEL, scale, onMissing });
      return ids;
    });
    found.push(new Set(ids));
    times.push(seconds * 1000);
  }
  for (const list of [times, indexTimes]) list.sort((a, b) => a - b);
  const rssGigabytes = process.memoryUsage.rss() / 1e9;
  const [, snapshotSeconds] = await timed(() => first.index.save());
  await first.workers.close();
  const [second, startSeconds] = await timed(open);
  const { inGraph } = await second.index.settled();
  const names = existsSync(snapshots) ? readdirSync(snapshots) : [];
  const snapshotGigabytes = names.reduce((sum, name) => sum + statSync(join(snapshots, name)).size, 0) / 1e9;
  await second.workers.close();
  await store.close();
  const similar = exact.map(({ cosine }, i) => ({ cosine, hit: found[i]?.has(exact[i]?.faceId ?? 0) ?? false }));
  const share = (hits: { hit: boolean }[]) => hits.filter(({ hit }) => hit).length / hits.length;
  return {
    faces,
    readSeconds,
    templateSeconds,
    buildFacesPerSecond: faces / (readSeconds + buildSeconds),
    searchP50Ms: times[Math.floor(times.length / 2)] as number,
    indexP50Ms: indexTimes[Math.floor(indexTimes.length / 2)] as number,
    searchP99Ms: times[Math.ceil(times.length * 0.99) - 1] as number,
    recallAt1: share(similar),
    recallAt1Similar: share(similar.filter(({ cosine }) => cosine >= 0.4)),
    rssGigabytes,
    snapshotSeconds,
    snapshotGigabytes,
    startSeconds,
    graphShare: inGraph / faces,
  };
}

/** Writes the faces in one transaction. @returns new images of people spread over the whole collection */
function fill(file: string, faces: number): Float32Array[] {
  const db = openDatabase(file);
  db.exec(`INSERT INTO tenants (tenant_id, name) VALUES (1, 'bench');
    INSERT INTO collections (collection_id, tenant_id, name, created_at) VALUES (1, 1, '', 0);
    `);
  const add = db.prepare(
    `INSERT INTO faces (collection_id, user_id, model, embedding, created_at) VALUES (1, ?, ?, ?, 0)`,
  );
  const addUser = db.prepare(
    `INSERT OR IGNORE INTO users (user_id, collection_id, client_id, name, created_at) VALUES (?, 1, ?, '', 0)`,
  );
  const people: Float32Array[] = [];
  db.transaction(() => {
    for (const { embedding, people: number, person } of faceStream(faces)) {
      addUser.run(number, `person ${number}`);
      add.run(number, MODEL, embeddingToBlob(embedding));
      if (person) people.push(person);
    }
  })();
  db.close();
  return newImages(people, PROBES);
}

async function timed<T>(work: () => Promise<T>): Promise<[T, number]> {
  const start = performance.now();
  const result = await work();
  return [result, (performance.now() - start) / 1000];
}
