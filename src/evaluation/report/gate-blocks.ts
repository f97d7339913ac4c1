import { gates } from '../../vision/gates/gates.js';
import { count, firstFew, percent, range } from '../format.js';
import type { GateResults, LabelResult } from '../gates/gate-results.js';
import type { Block } from './blocks.js';

/** Wrongly decided images that are named for each label; report.json has them all. */
const SHOWN = 3;

/** What the gates did with the labelled images; nothing without any. */
export function gateBlocks(results: GateResults | null): Block[] {
  if (!results) return [];
  return [...gateTables(results), ...wrongBlocks(results)];
}

/** The tables alone, without names of files. */
export function gateTables(results: GateResults): Block[] {
  const rate = (results.images / results.seconds).toFixed(1);
  const blocks: Block[] = [
    { kind: 'heading', text: 'Gates' },
    {
      kind: 'text',
      text:
        `${count(results.images)} images sent as to /search: one face, quality gates and ID-card gate on; ${rate} images/s. ` +
        `The smallest resolution is off, and ${widthName(results.minFaceWidth)}: data sets are often small images.`,
    },
    {
      kind: 'table',
      columns: ['label', 'expected', 'images', 'as expected', 'refused otherwise', 'wrong', ...results.outcomes],
      rows: results.byLabel.map(labelRow),
    },
    {
      kind: 'text',
      text:
        '"Refused otherwise" is a refusal that is no fault of the gate in question: covered faces that were refused with ' +
        'another code, and free faces refused for something else than a covering (other people in the photo, too close). ' +
        '"(no label)" are photos of an identity, taken for free faces.',
    },
  ];
  if (results.freeFaces.length > 0) blocks.push(freeFacesTable(results));
  return blocks;
}

/** What free faces were refused for, by group: one cause a column. */
function freeFacesTable({ freeFaces }: GateResults): Block {
  const reasons = [...new Set(freeFaces.flatMap(({ byReason }) => Object.keys(byReason)))].sort(byImportance);
  return {
    kind: 'table',
    columns: ['free faces of', 'images', 'refused as covered', '95 %', ...reasons],
    rows: freeFaces.map((row) => [
      row.group,
      count(row.images),
      percent(row.refusedAsCovered / row.images),
      range(row.share95, percent),
      ...reasons.map((reason) => {
        const n = row.byReason[reason];
        return n === undefined ? '' : `${count(n)} (${percent(n / row.images)})`;
      }),
    ]),
  };
}

/** Reasons of gates first, in the order of the gates. */
function byImportance(p: string, q: string): number {
  const rank = (reason: string) => {
    const at = gateReasons.indexOf(reason);
    return at < 0 ? gateReasons.length : at;
  };
  return rank(p) - rank(q) || p.localeCompare(q);
}

const gateReasons: readonly string[] = gates.flatMap(({ reasons }) => reasons);

function widthName(width: number): string {
  return width === 0
    ? 'so is the smallest face width (--min-face-width)'
    : `faces narrower than ${width} px do not count, less 10 % of tolerance`;
}

function labelRow(row: LabelResult): string[] {
  const judged = row.expected !== null;
  return [
    row.label,
    judged ? String(row.expected) : '–',
    count(row.images),
    ...[row.right, row.apart, row.wrong].map((n) => (judged ? count(n) : '–')),
    ...row.counts.map((n) => (n === 0 ? '' : count(n))),
  ];
}

function wrongBlocks({ notAsExpected }: GateResults): Block[] {
  const byLabel = new Map<string, string[]>();
  for (const { path, label, expected, outcome, verdict } of notAsExpected) {
    if (verdict !== 'wrong') continue;
    const row = `${label}, expected ${expected}`;
    byLabel.set(row, [...(byLabel.get(row) ?? []), `${path} (${outcome})`]);
  }
  if (byLabel.size === 0) return [];
  return [
    { kind: 'heading', text: 'Decided wrongly' },
    { kind: 'list', items: [...byLabel].map(([row, images]) => `${row}: ${firstFew(images, SHOWN)}`) },
  ];
}
