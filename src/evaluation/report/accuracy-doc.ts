import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { projectRoot } from '../../util/paths.js';
import type { GroupResult, NamedScores } from '../evaluation.js';
import { counted } from '../format.js';
import { type Block, renderMarkdown } from './blocks.js';
import { doorBlocks, galleryBlocks, strangerBlocks } from './gallery-blocks.js';
import { gateTables } from './gate-blocks.js';
import type { Report, ScoredReport } from './report.js';
import { groupTable, pairListBlocks, similarityBlocks, tarTable } from './report-blocks.js';
import { targetBlocks } from './target-blocks.js';
import { plotsOf } from './write-report.js';

/** Hand-written words around the numbers; `{{name}}` on a line of its own stands for a part of the report. */
const TEMPLATE = join(projectRoot, 'src', 'evaluation', 'report', 'accuracy.template.md');

/**
 * Writes the report for readers of the documentation, with its pictures in a folder of its name beside it. It names no
 * file and no person of the data set.
 * @param file path of the Markdown file, for example `docs/accuracy.md`; the pictures then go to `docs/accuracy/`
 */
export async function writeAccuracyDoc(file: string, scored: ScoredReport): Promise<void> {
  const name = basename(file).replace(/\.md$/i, '');
  const pictures = join(dirname(file), name === basename(file) ? `${name}-pictures` : name);
  await mkdir(pictures, { recursive: true });
  const plots = plotsOf({ ...scored, scores: shownScores(scored.scores) });
  await Promise.all(plots.map((plot) => writeFile(join(pictures, plot.file), plot.svg)));
  const image = (wanted: string): Block[] =>
    plots
      .filter((plot) => plot.file === wanted)
      .map((plot) => ({ kind: 'image', file: `${basename(pictures)}/${plot.file}`, text: plot.text }));
  const groups = shownGroups(scored.report.groups);
  const parts: Record<string, Block[]> = {
    galleries: withoutHeading(galleryBlocks(scored.report.galleries)),
    strangers: withoutHeading(strangerBlocks(scored.report.galleries)),
    door: withoutHeading(doorBlocks(scored.report.galleries)),
    made: [{ kind: 'list', items: madeFrom(scored.report) }],
    targets: withoutHeading(targetBlocks(scored.report)),
    gates: scored.report.gates ? withoutHeading(gateTables(scored.report.gates)) : [],
    confusion: image('confusion.svg'),
    pairs: withoutHeading(pairListBlocks(scored.report.pairLists)),
    groups: groups.length === 0 ? [] : [groupTable(groups), tarTable(groups)],
    calibration: groups.length === 0 ? [] : similarityBlocks(groups, scored.report.model),
    det: image('det.svg'),
    scores: image('scores.svg'),
  };
  const template = await readFile(TEMPLATE, 'utf8');
  await writeFile(file, filledIn(template, parts));
}

/** Puts the parts in their places; one without content says so. @throws Error when the template names an unknown part */
export function filledIn(template: string, parts: Readonly<Record<string, readonly Block[]>>): string {
  return template.replace(/^\{\{(\w+)\}\}$/gm, (_, name: string) => {
    const blocks = parts[name];
    if (!blocks) throw new Error(`the template of the accuracy report names an unknown part: ${name}`);
    return blocks.length > 0 ? renderMarkdown(blocks).trimEnd() : '*The data of this run say nothing about this.*';
  });
}

/** The groups that were asked for, or else the sets; the whole and single sets beside groups would only repeat them. */
function shownGroups(groups: readonly GroupResult[]): GroupResult[] {
  const of = (kind: GroupResult['kind']) => groups.filter((group) => group.kind === kind);
  if (of('group').length === 0) return of('set').length > 0 ? of('set') : [...groups];
  // Sets with genuine comparisons stay: equal error rates are promised for some of them.
  return [...of('group'), ...of('set').filter(({ genuine, impostor }) => genuine > 0 && impostor > 0)];
}

function shownScores(scores: readonly NamedScores[]): NamedScores[] {
  const hasGroups = scores.some(({ kind }) => kind === 'group');
  const hasSets = scores.some(({ kind }) => kind === 'set');
  return scores.filter(
    ({ kind, name, genuine, impostor }) =>
      genuine.total > 0 &&
      impostor.total > 0 &&
      // All lists together is a number for the table; its curve would lie on the others.
      !(kind === 'list' && name === 'all lists') &&
      !(kind === 'all' && (hasGroups || hasSets)),
  );
}

function madeFrom({ dataSet, madeAt, model, selection, gates }: Report): string[] {
  const mirror = model.mirror ? ', mean of the face and its mirror image' : '';
  return [
    `Model pack ${model.pack}, version ${model.version}: ${model.embedder}${mirror}. Made on ${madeAt.slice(0, 10)}.`,
    `Folder ${dataSet}: ${counted(selection.images, 'image')} of ${counted(selection.people, 'person', 'people')} for recognition` +
      `${gates ? `, ${counted(gates.images, 'image')} for the gates` : ''}.`,
    ...(selection.subset === null ? [] : [`Only images that ${selection.subset} lists.`]),
  ];
}

function withoutHeading(blocks: readonly Block[]): Block[] {
  return blocks[0]?.kind === 'heading' ? blocks.slice(1) : [...blocks];
}
