import { mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { identityOf } from '../../src/gallery/model-identity.js';
import { galleryVersion } from '../../src/http/services.js';
import { loadPack } from '../../src/models/pack.js';
import { DATABASE } from '../../src/persistence/data-folder/data-folder.js';
import { SqliteTransfer } from '../../src/persistence/people/sqlite/sqlite-transfer.js';
import { defaultManifestPath } from '../../src/util/paths.js';
import { benchPhotos, VGA } from './bench-photos.js';
import { BenchServer, TENANT } from './bench-server.js';
import { FaceLikeVectors } from './face-like-vectors.js';
import { report } from './report.js';

const cores = availableParallelism();
const PHOTOS = 300;

/** Workers and faces of each start; the others tell what a worker and a face cost. */
const STARTS = [
  { workers: 1, faces: 0 },
  { workers: cores, faces: 0 },
  { workers: 2 * cores, faces: 0 },
  { workers: cores, faces: 10_000 },
  { workers: cores, faces: 100_000 },
  { workers: cores, faces: 1_000_000 },
];

/** Start-up and memory of the whole server. It starts twice: the first start finds the database as an import left it. */
export async function measureStart(machine: string): Promise<void> {
  const manifest = process.env.MODEL_MANIFEST || defaultManifestPath;
  const pack = await loadPack(manifest, process.env.MODEL_PACK || 'default');
  const model = identityOf(pack.embedders[galleryVersion].model);
  const photos = await benchPhotos(VGA);
  const rows = [];
  for (const { workers, faces } of STARTS) {
    const folder = mkdtempSync(join(tmpdir(), 'facesearch-bench-'));
    try {
      fillDatabase(join(folder, DATABASE), model, faces);
      const first = await start(workers, folder, []);
      const second = await start(workers, folder, photos);
      rows.push({ workers, faces, firstReadyMs: first.startMs.ready, ...second });
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }
  const ms = (value: number) => value.toFixed(0);
  const gigabytes = (bytes: number) => (bytes / 1e9).toFixed(2);
  report('start', { machine, rows }, [
    `Machine: ${machine}. Pack \`${pack.name}\`; memory of the whole process, before any call and after ${PHOTOS} searches.`,
    '',
    '| workers | faces | first start: answers calls, ms | later starts: listens, answers calls, ms | memory at rest, GB | after searches, GB |',
    '|---|---|---|---|---|---|',
    ...rows.map(
      (row) =>
        `| ${row.workers} | ${row.faces.toLocaleString('en')} | ${ms(row.firstReadyMs)} | ${ms(row.startMs.listening)}, ${ms(row.startMs.ready)} | ${gigabytes(row.rssAtRest)} | ${gigabytes(row.rssAfter)} |`,
    ),
  ]);
}

/** Fills a database with made-up people. @param model identity of what would have made their faces */
export function fillDatabase(file: string, model: string, faces: number): void {
  if (faces === 0) return;
  const target = SqliteTransfer.open(file, undefined, { tenant: TENANT, collection: '' }, model);
  const random = new FaceLikeVectors(1);
  target.write(() => {
    for (let made = 0, user = 0; made < faces; user++) {
      const person = random.person();
      target.saveUser({ id: `person-${user}`, name: `Person ${user}` });
      const images = Math.min(faces - made, random.imagesOfPerson());
      for (let i = 0; i < images; i++) target.addFace(`person-${user}`, random.image(person));
      made += images;
    }
  });
  target.close();
}

async function start(workers: number, folder: string, photos: readonly Buffer[]) {
  const server = await BenchServer.start(workers, folder);
  try {
    await server.rest();
    const { rssBytes: rssAtRest } = await server.vitals();
    const callers = photos.slice(0, workers).map(async (_, caller) => {
      for (let i = caller; i < PHOTOS; i += workers) {
        await server.post('/search', { file: photos[i % photos.length] as Buffer }, ['200', '404']);
      }
    });
    await Promise.all(callers);
    const { rssBytes: rssAfter } = await server.vitals();
    return { startMs: server.startMs, rssAtRest, rssAfter };
  } finally {
    await server.close();
  }
}
