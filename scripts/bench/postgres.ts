import { parseArgs } from 'node:util';
import { runScript } from '../../src/cli/run-script.js';
import { EMBEDDING_LENGTH } from '../../src/core/embedding.js';
import { PgvectorGallery } from '../../src/gallery/pgvector-gallery.js';
import { rawCosine } from '../../src/gallery/scoring/similarity.js';
import { PostgresDatabase } from '../../src/persistence/people/postgres/database.js';
import { type VectorType, vectorTypeChange } from '../../src/persistence/people/postgres/migrations.js';
import { PostgresStore } from '../../src/persistence/people/postgres/postgres-store.js';
import { FaceLikeVectors } from './face-like-vectors.js';
import { machine, quantile, report } from './report.js';

/**
 * `npm run bench:postgres -- --url postgres://… --faces 100000`: fills an empty database, adds some faces as a server does, and
 * searches, with embeddings of 32 and then of 16 bits. Results go to docs/benchmarks/postgres.json and docs/benchmarks.md.
 */
const PROBES = 200;
const ADDED = 2000;
const ADDED_AT_ONCE = 4;
const MODEL = 'bench';
const where = { tenant: 'bench', collection: '' };
const EF_SEARCH = [100, 200, 250, 300, 400];
const HOURS_MS = 4 * 3_600_000;

interface Result {
  vectors: VectorType;
  faces: number;
  buildSeconds: number;
  tableBytesPerFace: number;
  graphBytesPerFace: number;
  addsPerSecond: number;
  /** A whole search of the gallery, from the probe to the best candidate. */
  searchP50Ms: number;
  searchP99Ms: number;
  /** Share of probes, new images of people in the collection, whose nearest face by an exact comparison is the first. */
  recallAt1: number;
  /** The same of strangers, whose nearest face is one of many that are almost as near. */
  recallAt1Strangers: number;
  /** One statement for 32 faces, by ef_search; `exact` compares all. */
  widths: { ef: number | 'exact'; p50Ms: number; recallAt1: number; recallAt1Strangers: number }[];
}

await runScript(async () => {
  const { values } = parseArgs({
    options: { url: { type: 'string' }, faces: { type: 'string', default: '100000' } },
  });
  const url = values.url ?? process.env.TEST_DATABASE_URL;
  if (url === undefined) throw new Error('--url names an empty database with pgvector');
  const faces = Number(values.faces);
  const described = await machine();
  const tools = new PostgresDatabase({ url, connections: ADDED_AT_ONCE, timeout: HOURS_MS });
  const store = new PostgresStore({ url, connections: ADDED_AT_ONCE, timeout: HOURS_MS });
  try {
    await store.migrate('vector');
    const { probes, exact } = await fill(tools, store, faces);
    const results: Result[] = [];
    for (const vectors of ['vector', 'halfvec'] as const) {
      const start = performance.now();
      await tools.run(`SET maintenance_work_mem = '1GB'; ${vectorTypeChange(vectors)}`);
      const buildSeconds = (performance.now() - start) / 1000;
      await tools.run('VACUUM ANALYZE faces');
      results.push(await measure(tools, store, vectors, faces, buildSeconds, probes, exact));
      console.log(results.at(-1));
    }
    const [{ version = '' } = {}] = await tools.run<{ version: string }>(
      `SELECT current_setting('server_version') || ', pgvector ' || extversion AS version FROM pg_extension WHERE extname = 'vector'`,
    );
    const about = `${described}; PostgreSQL ${version}, on the same cores`;
    report('postgres', { about, results }, tableOf(about, results));
  } finally {
    await store.close();
    await tools.close();
  }
});

/** Faces without the graph, which is made afterwards. @returns probes, and the number of the face nearest to each */
async function fill(tools: PostgresDatabase, store: PostgresStore, faces: number) {
  await store.saveUser(where, { id: 'u', name: '' });
  const [collection] = await store.listCollections();
  const collectionId = collection?.collectionId ?? 0;
  await tools.run('DROP INDEX faces_by_embedding');
  const random = new FaceLikeVectors(1);
  const people: Float32Array[] = [];
  const all: Float32Array[] = [];
  while (all.length < faces) {
    const person = random.person();
    people.push(person);
    const images = random.imagesOfPerson();
    for (let i = 0; i < images && all.length < faces; i++) all.push(random.image(person));
  }
  for (let from = 0; from < faces; from += 500) {
    const page = all.slice(from, from + 500).map((embedding) => `[${embedding.join()}]`);
    await tools.run(
      `INSERT INTO faces (collection_id, user_id, model, embedding)
       SELECT $1, (SELECT user_id FROM users WHERE collection_id = $1), $2, one::vector
       FROM unnest($3::text[]) WITH ORDINALITY AS given (one, place) ORDER BY place`,
      [collectionId, MODEL, page],
    );
  }
  const ids = await tools.run<{ faceId: number }>(
    'SELECT face_id AS "faceId" FROM faces WHERE collection_id = $1 AND model = $2 ORDER BY face_id',
    [collectionId, MODEL],
  );
  const probing = new FaceLikeVectors(2);
  const anybody = () => people[Math.floor(probing.next() * people.length)] as Float32Array;
  // First people who are there, then as many strangers.
  const probes = Array.from({ length: 2 * PROBES }, (_, i) => probing.image(i < PROBES ? anybody() : probing.person()));
  return { probes, exact: probes.map((probe) => ids[nearest(all, probe)]?.faceId ?? 0) };
}

function nearest(all: readonly Float32Array[], probe: Float32Array): number {
  let best = { place: 0, cosine: -2 };
  for (const [place, embedding] of all.entries()) {
    let cosine = 0;
    for (let i = 0; i < EMBEDDING_LENGTH; i++) cosine += (probe[i] as number) * (embedding[i] as number);
    if (cosine > best.cosine) best = { place, cosine };
  }
  return best.place;
}

async function measure(
  tools: PostgresDatabase,
  store: PostgresStore,
  vectors: VectorType,
  faces: number,
  buildSeconds: number,
  probes: readonly Float32Array[],
  exact: readonly number[],
): Promise<Result> {
  const [size] = await tools.run<{ heap: number; graph: number }>(
    `SELECT sum(pg_table_size(relid))::bigint AS heap, (SELECT sum(pg_relation_size(indexrelid))::bigint
       FROM pg_index JOIN pg_class ON oid = indexrelid WHERE relname LIKE 'faces_%embedding%') AS graph
     FROM pg_partition_tree('faces') WHERE isleaf`,
  );
  const objects = { put: refuse, get: refuse, delete: refuse, keys: noKeys };
  const gallery = new PgvectorGallery({ store, objects, model: MODEL, scale: rawCosine, logger: console });
  // The first round warms the cache.
  for (const probe of probes) await gallery.candidates(where, probe, 1);
  const times: number[] = [];
  const right = probes.map(() => false);
  for (const [i, probe] of probes.entries()) {
    const start = performance.now();
    const [best] = await gallery.candidates(where, probe, 1);
    times.push(performance.now() - start);
    right[i] = best?.faceId === exact[i];
  }
  const widths: Result['widths'] = [];
  for (const ef of [...EF_SEARCH, 'exact'] as const) {
    widths.push({ ef, ...(await width(tools, vectors, ef, probes, exact)) });
  }
  return {
    vectors,
    faces,
    buildSeconds,
    tableBytesPerFace: (size?.heap ?? 0) / faces,
    graphBytesPerFace: (size?.graph ?? 0) / faces,
    searchP50Ms: quantile(times, 0.5),
    searchP99Ms: quantile(times, 0.99),
    ...recall(right),
    widths,
    addsPerSecond: await add(gallery),
  };
}

async function width(
  tools: PostgresDatabase,
  vectors: VectorType,
  ef: number | 'exact',
  probes: readonly Float32Array[],
  exact: readonly number[],
) {
  const times: number[] = [];
  const right: boolean[] = [];
  await tools.transaction(async (run) => {
    if (ef !== 'exact') await run(`SET LOCAL hnsw.ef_search = ${ef}`);
    for (const [i, probe] of probes.entries()) {
      const start = performance.now();
      const rows = await run<{ face: number }>(
        `SELECT face_id AS face FROM faces WHERE collection_id = (SELECT collection_id FROM collections) AND model = $1
         ORDER BY (embedding <=> $2::${vectors}(${EMBEDDING_LENGTH})) ${ef === 'exact' ? '+ 0' : ''} LIMIT 32`,
        [MODEL, `[${probe.join()}]`],
      );
      times.push(performance.now() - start);
      right.push(rows[0]?.face === exact[i]);
    }
  });
  return { p50Ms: quantile(times, 0.5), ...recall(right) };
}

/** @param right of each probe, in their order */
function recall(right: readonly boolean[]): Pick<Result, 'recallAt1' | 'recallAt1Strangers'> {
  const share = (some: readonly boolean[]) => some.filter(Boolean).length / some.length;
  return { recallAt1: share(right.slice(0, PROBES)), recallAt1Strangers: share(right.slice(PROBES)) };
}

/** Through the gallery, one transaction a face, into another collection of the same size class. @returns faces per second */
async function add(gallery: PgvectorGallery): Promise<number> {
  const random = new FaceLikeVectors(3);
  const faces = Array.from({ length: ADDED }, () => random.person());
  const other = { tenant: 'bench', collection: 'added' };
  await gallery.saveUser(other, { id: 'u', name: '' });
  const start = performance.now();
  let next = 0;
  await Promise.all(
    Array.from({ length: ADDED_AT_ONCE }, async () => {
      while (next < faces.length) await gallery.addFace(other, 'u', faces[next++] as Float32Array);
    }),
  );
  const perSecond = ADDED / ((performance.now() - start) / 1000);
  await gallery.deleteCollection(other);
  return perSecond;
}

async function* noKeys(): AsyncIterable<string> {}

async function refuse(): Promise<never> {
  throw new Error('no photos here');
}

function tableOf(about: string, results: readonly Result[]): string[] {
  const percent = (share: number) => `${(100 * share).toFixed(1)} %`;
  return [
    `Machine: ${about}. ${PROBES} probes of people who are there, as many of strangers; a search asks the graph with an ef_search of 250.`,
    '',
    '| embeddings | faces | graph built | bytes a face: table, graph | adds | search p50 / p99 | recall@1 | recall@1, strangers |',
    '|---|---|---|---|---|---|---|---|',
    ...results.map(
      (r) =>
        `| \`${r.vectors}\` | ${r.faces.toLocaleString('en')} | ${r.buildSeconds.toFixed(0)} s | ${r.tableBytesPerFace.toFixed(0)}, ${r.graphBytesPerFace.toFixed(0)} | ${r.addsPerSecond.toFixed(0)} /s | ${r.searchP50Ms.toFixed(1)} / ${r.searchP99Ms.toFixed(1)} ms | ${percent(r.recallAt1)} | ${percent(r.recallAt1Strangers)} |`,
    ),
    '',
    `| one statement: p50, recall@1, the same of strangers | ${results[0]?.widths.map(({ ef }) => (ef === 'exact' ? 'all compared' : `ef_search ${ef}`)).join(' | ')} |`,
    `|---|${results[0]?.widths.map(() => '---|').join('')}`,
    ...results.map(
      (r) =>
        `| \`${r.vectors}\` | ${r.widths.map((w) => `${w.p50Ms.toFixed(1)} ms, ${percent(w.recallAt1)}, ${percent(w.recallAt1Strangers)}`).join(' | ')} |`,
    ),
  ];
}
