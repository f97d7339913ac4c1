import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { confusionPlot } from '../plots/confusion-plot.js';
import { detPlot } from '../plots/det-plot.js';
import { scorePlot } from '../plots/score-plot.js';
import { type Block, renderMarkdown } from './blocks.js';
import type { ScoredReport } from './report.js';
import { reportBlocks } from './report-blocks.js';

/** A picture of the report. */
export interface Plot {
  file: string;
  text: string;
  svg: string;
}

/** The pictures that the report has data for. */
export function plotsOf({ report: { gates }, scores }: ScoredReport): Plot[] {
  const plots: Plot[] = [];
  if (scores.length > 0) {
    plots.push({ file: 'det.svg', text: 'DET curves', svg: detPlot(scores) });
    plots.push({ file: 'scores.svg', text: 'Score distributions', svg: scorePlot(scores) });
  }
  if (gates) plots.push({ file: 'confusion.svg', text: 'Labels and outcomes', svg: confusionPlot(gates) });
  return plots;
}

/**
 * Writes report.json, report.md and the pictures, over those of an earlier run. Makes the folder where it is missing.
 * @returns names of the files
 */
export async function writeReport(folder: string, scored: ScoredReport): Promise<string[]> {
  await mkdir(folder, { recursive: true });
  const plots = plotsOf(scored);
  const shown: Block[] = [
    { kind: 'heading', text: 'Plots' },
    ...plots.map(({ file, text }): Block => ({ kind: 'image', file, text })),
  ];
  const files = new Map([
    ['report.md', renderMarkdown([...reportBlocks(scored.report), ...shown])],
    ['report.json', `${JSON.stringify(scored.report, null, 2)}\n`],
    ...plots.map(({ file, svg }) => [file, svg] as const),
  ]);
  await Promise.all([...files].map(([name, text]) => writeFile(join(folder, name), text)));
  return [...files.keys()];
}
