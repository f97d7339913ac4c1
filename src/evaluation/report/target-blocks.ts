import { count, counted, percent, range } from '../format.js';
import type { TargetRow } from '../targets.js';
import type { Block } from './blocks.js';
import type { Report } from './report.js';

/** The targets and what became of them; nothing where the data say nothing about any. */
export function targetBlocks({ targets, gates }: Pick<Report, 'targets' | 'gates'>): Block[] {
  if (targets.length === 0) return [];
  const corrected = targets.some((row) => row.corrected !== null);
  return [
    { kind: 'heading', text: 'Targets' },
    {
      kind: 'table',
      columns: ['rate', 'of', 'value', '95 %', ...(corrected ? ['labels corrected'] : []), 'target', 'met', 'note'],
      rows: targets.map((row) => [
        row.name,
        `${count(row.events)} of ${count(row.count)}`,
        percent(row.value),
        range(row.interval95, percent),
        ...(corrected ? [correctedName(row.corrected)] : []),
        targetName(row.target),
        metName(row.met),
        row.note,
      ]),
    },
    {
      kind: 'text',
      text:
        'The intervals (Wilson) assume independent images. Several photos of one person or of one source are not ' +
        'independent, so the true intervals are wider. A target is met when the value itself meets it' +
        (corrected
          ? `, with the labels as they were given. "Labels corrected" counts with the labels of ${counted(gates?.labelsCorrected ?? 0, 'photo')} ` +
            'corrected by eye; doubtful cases then count nowhere. Most of these are photos that the gates decided otherwise, so these rates look a little too good.'
          : '.'),
    },
  ];
}

function correctedName(corrected: TargetRow['corrected']): string {
  if (corrected === null) return '–';
  return `${count(corrected.events)} of ${count(corrected.count)}: ${percent(corrected.value)}`;
}

function targetName(target: TargetRow['target']): string {
  if (target === null) return '–';
  return 'atLeast' in target ? `≥ ${percent(target.atLeast)}` : `≤ ${percent(target.atMost)}`;
}

function metName(met: boolean | null): string {
  if (met === null) return '–';
  return met ? 'yes' : 'no';
}
