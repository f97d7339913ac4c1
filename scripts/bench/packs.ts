import { execFile } from 'node:child_process';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { runScript } from '../../src/cli/run-script.js';
import { loadPack, preparePack } from '../../src/models/pack.js';
import { ALIGNED_SIZE } from '../../src/vision/alignment.js';
import { decode } from '../../src/vision/decode.js';
import { Detector } from '../../src/vision/detectors/detector.js';
import { Embedder } from '../../src/vision/embedder.js';
import { ImagePyramid } from '../../src/vision/image-pyramid.js';
import { FIRST_LOOK_SIDE } from '../../src/vision/pipeline.js';
import { VisionPool } from '../../src/vision/vision-pool.js';
import { benchPhotos, VGA } from './bench-photos.js';
import { cuttingServer } from './packs/cutting-server.js';
import { randomPacks } from './packs/random-packs.js';
import { bareOptions, benchLimits } from './settings.js';

/**
 * `npm run bench:packs`: what the packs cost that come from the web. Networks of their shapes with random weights are served from
 * loopback, over connections that are cut five times, then fetched, prepared, loaded and run on the benchmark's photos. It tells
 * nothing about accuracy. Each step runs in a process of its own, whose peak of memory is told.
 */
const CUTS = 5;
const ROUNDS = 10;
const WORKERS = 2;
const PHOTOS = 60;

const steps: Record<string, (manifest: string, folder: string) => Promise<Record<string, unknown>>> = {
  'prepare auraface-yunet': (manifest, folder) => prepare(manifest, 'auraface-yunet', folder),
  'prepare buffalo_l': (manifest, folder) => prepare(manifest, 'buffalo_l', folder),
  'stages auraface-yunet': (manifest, folder) => stages(manifest, 'auraface-yunet', folder),
  'stages buffalo_l': (manifest, folder) => stages(manifest, 'buffalo_l', folder),
  'photos default': (manifest, folder) => photos(manifest, 'default', folder),
  'photos auraface': (manifest, folder) => photos(manifest, 'auraface', folder),
};

await runScript(async () => {
  const [step, manifest, folder] = process.argv.slice(2);
  if (step !== undefined && manifest !== undefined && folder !== undefined) {
    const result = await steps[step]?.(manifest, folder);
    console.log(JSON.stringify({ ...result, peakMb: Math.round(process.resourceUsage().maxRSS / 1000) }));
    return;
  }
  const temporary = await mkdtemp(join(tmpdir(), 'facesearch-packs-'));
  const { files, parameters, writeManifest } = randomPacks();
  const server = await cuttingServer(files, CUTS);
  try {
    const path = await writeManifest(temporary, server.origin);
    console.log(`${cpus()[0]?.model}, ${cpus().length} cores`);
    console.log(JSON.stringify({ parameters }));
    for (const name of Object.keys(steps)) {
      const args = [fileURLToPath(import.meta.url), name, path, temporary];
      const { stdout } = await promisify(execFile)(process.execPath, args);
      console.log(`${name}: ${stdout.trim()}`);
    }
    for (const file of Object.keys(files)) {
      const ranges = server.seen.filter((one) => one.path === file).map(({ range = 'all' }) => range);
      console.log(`${file}: ${ranges.length} requests: ${ranges.join(', ')}`);
    }
    console.log(`left of the downloads: ${await readdir(join(temporary, 'downloads'))}`);
  } finally {
    await server.close();
    await rm(temporary, { recursive: true, force: true });
  }
});

async function prepare(manifest: string, pack: string, folder: string) {
  const start = performance.now();
  await preparePack(manifest, pack, {
    preparedDir: join(folder, 'prepared'),
    downloadDir: join(folder, 'downloads'),
    acceptLicence: 'insightface-non-commercial',
    log: console.error,
    pause: async () => undefined,
  });
  return { seconds: Number(((performance.now() - start) / 1000).toFixed(1)) };
}

/** Milliseconds of detector and embedder on one photo, one thread; of the fastest round, since other work can only slow it. */
async function stages(manifest: string, name: string, folder: string) {
  const pack = await loadPack(manifest, name, join(folder, 'prepared'));
  const [detector, embedder] = [await Detector.load(pack.detector), await Embedder.load(pack.embedders.v3.model)];
  const detect: number[] = [];
  const embed: number[] = [];
  const [photo] = await benchPhotos(VGA);
  const pyramid = new ImagePyramid(await decode(photo as Buffer, benchLimits, FIRST_LOOK_SIDE));
  for (let round = 0; round < ROUNDS; round++) {
    const from = performance.now();
    await detector.detect(pyramid);
    const between = performance.now();
    const crop = Float32Array.from({ length: 3 * ALIGNED_SIZE ** 2 }, (_, i) => i % 256);
    await embedder.embed(crop, false);
    detect.push(between - from);
    embed.push(performance.now() - between);
  }
  return { detectMs: Math.round(Math.min(...detect)), embedMs: Math.round(Math.min(...embed)) };
}

/** Whole photos in worker threads, as the server analyses them. */
async function photos(manifest: string, name: string, folder: string) {
  await prepare(manifest, name, folder);
  const pack = await loadPack(manifest, name, join(folder, 'prepared'));
  const start = performance.now();
  const pool = await VisionPool.start(pack, { ...benchLimits, workers: WORKERS, maxQueue: PHOTOS });
  const loadSeconds = (performance.now() - start) / 1000;
  const vga = await benchPhotos(VGA);
  const analyse = (count: number) =>
    Promise.all(Array.from({ length: count }, (_, i) => pool.embedPhoto(vga[i % vga.length] as Buffer, bareOptions)));
  await analyse(vga.length);
  const from = performance.now();
  const before = process.cpuUsage();
  await analyse(PHOTOS);
  const perSecond = PHOTOS / ((performance.now() - from) / 1000);
  // Of the processor alone: says what an idle machine would do, also on a busy one.
  const { user, system } = process.cpuUsage(before);
  const cpuMsPerPhoto = Math.round((user + system) / 1000 / PHOTOS);
  const residentMb = Math.round(process.memoryUsage().rss / 1e6);
  await pool.close();
  return {
    workers: WORKERS,
    loadSeconds: Number(loadSeconds.toFixed(1)),
    photosPerSecond: Number(perSecond.toFixed(1)),
    cpuMsPerPhoto,
    residentMb,
  };
}
