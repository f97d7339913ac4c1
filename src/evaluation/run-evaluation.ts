import { mkdir } from 'node:fs/promises';
import { basename, relative } from 'node:path';
import type { ModelPack } from '../models/manifest.js';
import { VisionPool } from '../vision/vision-pool.js';
import { type Embedded, embedImages } from './embed-images.js';
import { evaluate } from './evaluation.js';
import { EvaluationError } from './evaluation-error.js';
import { counted } from './format.js';
import type { EvaluationOptions } from './options.js';
import { showProgress } from './progress.js';
import { renderText } from './report/blocks.js';
import type { Report } from './report/report.js';
import { reportBlocks } from './report/report-blocks.js';
import { writeReport } from './report/write-report.js';
import { type Selection, select } from './selection.js';

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
 * @throws EvaluationError when the folder, its lists or the report's folder cannot be used
 */
export async function runEvaluation(options: EvaluationOptions, tools: EvaluationTools): Promise<Report> {
  const selection = await select(options);
  await makeFolder(options.out);
  const start = performance.now();
  const embedded = await embed(selection, options, tools);
  const seconds = (performance.now() - start) / 1000;
  const { model, mirror } = tools.pack.embedders[options.version];
  const { evaluation, scores } = evaluate(selection, embedded, model.calibration.points);
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
      missingFiles: missing,
      imagesLeftOut,
      pairListsLeftOut,
    },
    embedding: { seconds, workers: options.workers },
    ...evaluation,
  };
  tools.print(renderText(reportBlocks({ report, scores })));
  await writeReport(options.out, { report, scores });
  tools.print(`\nWritten to ${relative('', options.out) || '.'}: report.md, report.json, det.svg, scores.svg\n`);
  return report;
}

async function embed(
  { folder, images }: Selection,
  { version, workers }: EvaluationOptions,
  { pack, maxPixels, workerUrl }: EvaluationTools,
): Promise<Embedded> {
  // Two photos for each worker: one in work and one that waits, so that none ever waits for a file.
  const concurrency = 2 * workers;
  const pool = await VisionPool.start(pack, {
    // A data set's image sizes are its own: the server's limits protect it from its users' photos.
    minResolution: null,
    minFaceWidth: 0,
    minFaceArea: 0,
    maxPixels,
    workers,
    maxQueue: concurrency,
    ...(workerUrl && { workerUrl }),
  });
  const progress = showProgress(`Embedding ${counted(images.length, 'image')}:`, images.length);
  try {
    return await embedImages(
      pool,
      folder,
      images.map(({ path }) => path),
      { version, concurrency, onProgress: progress.update },
    );
  } finally {
    progress.stop();
    await pool.close();
  }
}

/** Before the long work, so that a wrong path costs nothing. */
async function makeFolder(path: string): Promise<void> {
  try {
    await mkdir(path, { recursive: true });
  } catch (error) {
    throw new EvaluationError(`Cannot make the folder for the report: ${(error as Error).message}`);
  }
}
