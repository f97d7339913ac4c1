import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { detPlot } from '../plots/det-plot.js';
import { scorePlot } from '../plots/score-plot.js';
import { type Block, renderMarkdown } from './blocks.js';
import type { ScoredReport } from './report.js';
import { reportBlocks } from './report-blocks.js';

const PLOTS: Block[] = [
  { kind: 'heading', text: 'Plots' },
  { kind: 'image', file: 'det.svg', text: 'DET curves' },
  { kind: 'image', file: 'scores.svg', text: 'Score distributions' },
];

/**
 * Writes report.json, report.md, det.svg and scores.svg, over those of an earlier run. Makes the folder where it is
 * missing.
 */
export async function writeReport(folder: string, scored: ScoredReport): Promise<void> {
  await mkdir(folder, { recursive: true });
  await Promise.all([
    writeFile(join(folder, 'report.json'), `${JSON.stringify(scored.report, null, 2)}\n`),
    writeFile(join(folder, 'report.md'), renderMarkdown([...reportBlocks(scored), ...PLOTS])),
    writeFile(join(folder, 'det.svg'), detPlot(scored.scores)),
    writeFile(join(folder, 'scores.svg'), scorePlot(scored.scores)),
  ]);
}
