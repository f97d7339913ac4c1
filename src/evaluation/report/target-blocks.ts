import type { GroupResult } from '../evaluation.js';
import { count, counted, percent, range } from '../format.js';
import type { TargetRow } from '../targets.js';
import type { Block } from './blocks.js';
import type { EarlierGroup, Report } from './report.js';

/** The targets and what became of them; nothing where the data say nothing about any. */
export function targetBlocks({
  targets,
  before,
  groups,
  gates,
}: Pick<Report, 'targets' | 'before' | 'groups' | 'gates'>): Block[] {
  if (targets.length === 0) return before ? beforeBlocks(before, groups) : [];
  const compared = targets.some((row) => row.before !== null);
  const mended = targets.some((row) => row.corrected !== null);
  return [
    { kind: 'heading', text: 'Targets' },
    {
      kind: 'table',
      columns: [
        'rate',
        'of',
        'value',
        '95 %',
        ...(mended ? ['labels corrected'] : []),
        ...(compared ? ['before'] : []),
        'target',
        'met',
        'note',
      ],
      rows: targets.map((row) => [
        row.name,
        row.events === null ? count(row.count) : `${count(row.events)} of ${count(row.count)}`,
        percent(row.value),
        row.interval95 ? range(row.interval95, percent) : '–',
        ...(mended ? [correctedName(row.corrected)] : []),
        ...(compared ? [row.before === null ? '–' : percent(row.before)] : []),
        targetName(row.target),
        metName(row.met),
        row.note,
      ]),
    },
    {
      kind: 'text',
      text:
        'The intervals (Wilson) take images as independent; several photos of one person or of one source are not, so ' +
        'the true ones are wider. A target is met when the value itself meets it' +
        (mended
          ? `, with the labels as they were given. "Labels corrected" counts with the labels of ${counted(gates?.labelsCorrected ?? 0, 'photo')} ` +
            'mended by eye; doubtful cases then count nowhere. Mostly photos that the gates decided otherwise were looked at, so it flatters a little.'
          : '.'),
    },
    ...(before ? beforeBlocks(before, groups) : []),
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

/** Equal error rates of groups that both reports have. */
function beforeBlocks(before: NonNullable<Report['before']>, groups: readonly GroupResult[]): Block[] {
  const both = groups.flatMap((group) => {
    const earlier = before.groups.find(({ name }) => name === group.name);
    return earlier ? [{ group, earlier }] : [];
  });
  if (both.length === 0) return [];
  const { model, madeAt } = before;
  const changed = both.filter(({ group, earlier }) => !samePairs(group, earlier)).map(({ group }) => group.name);
  return [
    { kind: 'heading', text: 'Equal error rates before and now' },
    {
      kind: 'table',
      columns: ['images of', 'genuine', 'impostor', 'before', 'now', 'now / before'],
      rows: both.map(({ group: { name, genuine, impostor, eer }, earlier }) => [
        name,
        count(genuine),
        count(impostor),
        percent(earlier.eer ?? Number.NaN),
        percent(eer?.rate ?? Number.NaN),
        eer && earlier.eer ? (eer.rate / earlier.eer).toFixed(2) : '–',
      ]),
    },
    {
      kind: 'text',
      text:
        `Before: ${model.embedder}, version ${model.version}${model.mirror ? ' with mirror image' : ''}, ${madeAt.slice(0, 10)}.` +
        (changed.length > 0 ? ` Not the same comparisons as now: ${changed.join(', ')}.` : ''),
    },
  ];
}

/** A face more or less that is found is no other data set. */
const TOLERANCE = 0.05;

function samePairs(now: GroupResult, earlier: EarlierGroup): boolean {
  const near = (p: number, q: number) => Math.abs(p - q) <= TOLERANCE * Math.max(p, q);
  return near(now.genuine, earlier.genuine) && near(now.impostor, earlier.impostor);
}
