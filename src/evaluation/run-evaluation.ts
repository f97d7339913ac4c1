import { mkdir } from 'node:fs/promises';
import { basename, relative } from 'node:path';
import { shippedCentres, shippedCohort } from '../gallery/scoring/shipped-centres.js';
import { scaleOf, scalePoints } from '../gallery/scoring/similarity.js';
import type { ModelPack } from '../models/manifest.js';
import { OperatorError } from '../util/operator-error.js';
import { showProgress } from '../util/progress.js';
import { VisionPool, type VisionPoolSettings } from '../vision/vision-pool.js';
import { type Embedded, embedImages } from './embed-images.js';
import { evaluate } from './evaluation.js';
import { counted } from './format.js';
import { type Corrections, corrected, readCorrections } from './gates/corrections.js';
import { gateResults, type JudgedImage, judged } from './gates/gate-results.js';
import { judgeImages } from './gates/outcome.js';
import type { EvaluationOptions } from './options.js';
import { writeAccuracyDoc } from './report/accuracy-doc.js';
import { renderText } from './report/blocks.js';
import type { Report } from './report/report.js';
import { reportBlocks } from './report/report-blocks.js';
import { writeReport } from './report/write-report.js';
import { type Selection, select } from './selection.js';
import { gateTargets, recognitionTargets, withCorrected } from './targets.js';

export interface EvaluationTools {
  /** The prepared models. */
  pack: ModelPack;
  /** Largest photo in decoded pixels, as the server's. */
  maxPixels: number;
  /** Takes the report's text. */
  print: (text: string) => void;
  /** The compiled vision worker, where this file itself is not compiled. */
  workerUrl?: URL;
}

/**
 * Evaluates a labelled folder end to end, through the server's own pipeline: prints the report and writes it.
 * @throws OperatorError when the folder, its lists or the report's folder cannot be used
 */
export async function runEvaluation(options: EvaluationOptions, tools: EvaluationTools): Promise<Report> {
  const selection = await select(options);
  const corrections: Corrections =
    options.corrections === undefined ? new Map() : await readCorrections(options.corrections);
  await makeFolder(options.out);
  const start = performance.now();
  const embedded = await embed(selection, options, tools);
  const embedding = { seconds: secondsSince(start), workers: options.workers };
  const gates = await judge(selection, corrections, options, tools);
  const { model, mirror } = tools.pack.embedders[options.version];
  const centres = await shippedCentres(model.calibration);
  const scoring = {
    points: scalePoints(model.calibration),
    cohort: shippedCohort(centres),
    scale: scaleOf('calibrated', model.calibration, centres),
  };
  const { evaluation, scores } = evaluate(selection, embedded, scoring, options.group);
  const { images, missing, imagesLeftOut, pairListsLeftOut } = selection;
  const report: Report = {
    dataSet: basename(options.folder),
    madeAt: new Date().toISOString(),
    model: {
      pack: tools.pack.name,
      version: options.version,
      embedder: model.name,
      mirror,
      calibrationMadeFrom: model.calibration.madeFrom,
    },
    selection: {
      images: images.length,
      people: new Set(images.map(({ identity }) => identity).filter((identity) => identity !== '')).size,
      subset: options.subset === undefined ? null : basename(options.subset),
      missingFiles: missing,
      imagesLeftOut,
      pairListsLeftOut,
    },
    embedding,
    targets: [
      ...(gates ? withCorrected(gateTargets(gates.images), gateTargets(gates.corrected)) : []),
      ...recognitionTargets(evaluation),
    ],
    gates:
      gates &&
      gateResults(
        gates.images,
        {
          seconds: gates.seconds,
          minFaceWidth: options.minFaceWidth,
          labelsCorrected: gates.images.filter(({ path }) => corrections.has(path)).length,
        },
        corrections.size === 0 ? gates.images : gates.corrected,
      ),
    ...evaluation,
  };
  tools.print(renderText(reportBlocks(report)));
  const files = await writeReport(options.out, { report, scores });
  tools.print(`\nWritten to ${relative('', options.out) || '.'}: ${files.join(', ')}\n`);
  if (options.docs !== undefined) {
    await writeAccuracyDoc(options.docs, { report, scores });
    tools.print(`Written: ${relative('', options.docs)}\n`);
  }
  return report;
}

async function embed(
  { folder, images }: Selection,
  { version, workers }: EvaluationOptions,
  tools: EvaluationTools,
): Promise<Embedded> {
  if (images.length === 0) return { embeddings: new Map(), qualities: new Map(), failures: new Map() };
  const paths = images.map(({ path }) => path);
  return await withPool(
    tools,
    workers,
    { minFaceWidth: 0 },
    'Embedding',
    paths.length,
    (pool, concurrency, onProgress) => embedImages(pool, folder, paths, { version, concurrency, onProgress }),
  );
}

/** Null where there is nothing to judge. */
async function judge(
  { folder, gateImages }: Selection,
  corrections: Corrections,
  { version, workers, minFaceWidth, liveness }: EvaluationOptions,
  tools: EvaluationTools,
): Promise<{ images: JudgedImage[]; corrected: JudgedImage[]; seconds: number } | null> {
  if (gateImages.length === 0) return null;
  const paths = gateImages.map(({ path }) => path);
  const start = performance.now();
  const outcomes = await withPool(
    tools,
    workers,
    { minFaceWidth, liveness: liveness ? 'refuse' : 'off' },
    'Judging',
    paths.length,
    (pool, concurrency, onProgress) => judgeImages(pool, folder, paths, { version, concurrency, onProgress }),
  );
  return {
    images: judged(gateImages, outcomes),
    corrected: corrections.size === 0 ? [] : judged(corrected(gateImages, corrections), outcomes),
    seconds: secondsSince(start),
  };
}

/** Runs a task over many images on a pool of workers of its own, with a progress bar. */
export async function withPool<T>(
  { pack, maxPixels, workerUrl }: Pick<EvaluationTools, 'pack' | 'maxPixels' | 'workerUrl'>,
  workers: number,
  limits: Pick<VisionPoolSettings, 'minFaceWidth' | 'liveness'>,
  what: 'Embedding' | 'Judging',
  images: number,
  task: (pool: VisionPool, concurrency: number, onProgress: (done: number, failed: number) => void) => Promise<T>,
): Promise<T> {
  // Two photos for each worker: one in work and one that waits, so that none ever waits for a file.
  const concurrency = 2 * workers;
  const url = what === 'Judging' ? workerUrl : new URL('../evaluation/central-worker.js', workerUrl ?? import.meta.url);
  const pool = await VisionPool.start(pack, {
    // A data set's image sizes are its own: the server's limits protect it from its users' photos.
    minResolution: null,
    ...limits,
    minFaceArea: 0,
    maxPixels,
    workers,
    maxQueue: concurrency,
    ...(url && { workerUrl: url }),
  });
  const progress = showProgress(
    `${what} ${counted(images, 'image')}:`,
    images,
    what === 'Judging' ? 'refused' : 'failed',
  );
  try {
    return await task(pool, concurrency, progress.update);
  } finally {
    progress.stop();
    await pool.close();
  }
}

function secondsSince(start: number): number {
  return (performance.now() - start) / 1000;
}

/** Before the long work, so that a wrong path costs nothing. */
export async function makeFolder(path: string): Promise<void> {
  try {
    await mkdir(path, { recursive: true });
  } catch (error) {
    throw new OperatorError(`Cannot make the folder for the report: ${(error as Error).message}`);
  }
}
