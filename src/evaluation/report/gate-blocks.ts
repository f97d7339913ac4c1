import { count, firstFew, percent, range } from '../format.js';
import type { GateResults, LabelResult } from '../gates/gate-results.js';
import type { Block } from './blocks.js';

/** Wrongly decided images that are named for each label; report.json has them all. */
const SHOWN = 3;

/** What the gates did with the labelled images; nothing without any. */
export function gateBlocks(gates: GateResults | null): Block[] {
  if (!gates) return [];
  return [...gateTables(gates), ...wrongBlocks(gates)];
}

/** The tables alone, without names of files. */
export function gateTables(gates: GateResults): Block[] {
  const rate = (gates.images / gates.seconds).toFixed(1);
  const blocks: Block[] = [
    { kind: 'heading', text: 'Gates' },
    {
      kind: 'text',
      text:
        `${count(gates.images)} images sent as to /search: one face, quality gates and ID-card gate on; ${rate} images/s. ` +
        `The smallest resolution is off, and ${widthName(gates.minFaceWidth)}: data sets are often small images.`,
    },
    {
      kind: 'table',
      columns: ['label', 'expected', 'images', 'as expected', 'refused otherwise', 'wrong', ...gates.outcomes],
      rows: gates.byLabel.map(labelRow),
    },
    {
      kind: 'text',
      text:
        '"Refused otherwise" is a refusal that is no fault of the gate in question: covered faces that were refused with ' +
        'another code, and free faces refused for something else than a covering (other people in the photo, too close). ' +
        '"(no label)" are photos of an identity, taken for free faces.',
    },
  ];
  if (gates.bareBySet.length > 0) {
    blocks.push({
      kind: 'table',
      columns: ['free faces of', 'images', 'refused as covered', 'share', '95 %', 'refused otherwise'],
      rows: gates.bareBySet.map((row) => [
        row.set,
        count(row.images),
        count(row.refusedAsCovered),
        percent(row.refusedAsCovered / row.images),
        range(row.share95, percent),
        count(row.refusedOtherwise),
      ]),
    });
  }
  return blocks;
}

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
