import { count } from '../../evaluation/format.js';
import type { Block } from '../../evaluation/report/blocks.js';
import type { PhotoComparison } from './shadow.js';
import { type Answer, atThreshold, isJudged, verdictOf } from './verdict.js';

export interface Thresholds {
  a: number;
  b: number;
}

const grid = Array.from({ length: 24 }, (_, i) => 0.4 + i * 0.025);

/** A as it was, B at each threshold: of photos that both have judged. */
export function agreementByThreshold(comparisons: readonly PhotoComparison[], { a, b }: Thresholds): Block {
  const judged = comparisons.filter((one) => isJudged(one.a) && isJudged(one.b));
  const shown = ['same person', 'nobody, both', 'different people', 'found by A only', 'found by B only'] as const;
  const rows = byThreshold({ '←': b }, (threshold) => {
    const found = judged.map((one) => verdictOf(one.a, atThreshold(one.b, threshold)));
    return shown.map((verdict) => count(found.filter((one) => one === verdict).length));
  });
  return { kind: 'table', columns: [`B's threshold, A at ${a}`, ...shown], rows };
}

/** Who is right, at each threshold: of photos whose owner is known. */
export function truthByThreshold(comparisons: readonly PhotoComparison[], { a, b }: Thresholds): Block[] {
  const strangers = comparisons.filter(({ owner }) => owner === null);
  const refused = (of: (one: PhotoComparison) => Answer) =>
    count(comparisons.filter((one) => !isJudged(of(one))).length);
  const rows = byThreshold({ '← A': a, '← B': b }, (threshold) => [
    ...outcomes(comparisons, (one) => one.a, threshold),
    '',
    ...outcomes(comparisons, (one) => one.b, threshold),
  ]);
  const columns = (name: string) => [`${name} right`, `${name} wrong`, `${name} missed`, `${name} strangers`];
  const text = `Of ${count(comparisons.length - strangers.length)} photos of people who are known and ${count(strangers.length)} of strangers; A refused ${refused((one) => one.a)}, B ${refused((one) => one.b)}:`;
  return [
    { kind: 'text', text },
    { kind: 'table', columns: ['threshold', ...columns('A'), ' ', ...columns('B')], rows },
  ];
}

/** Found rightly, found as somebody else, not found, and strangers found. */
function outcomes(
  comparisons: readonly PhotoComparison[],
  of: (one: PhotoComparison) => Answer,
  threshold: number,
): string[] {
  const results = comparisons.map((one) => ({ owner: one.owner, ...atThreshold(of(one), threshold) }));
  const found = results.filter(({ code }) => code === '200');
  return [
    found.filter(({ id, owner }) => id === owner),
    found.filter(({ id, owner }) => owner !== null && id !== owner),
    results.filter(({ code, owner }) => owner !== null && code !== '200'),
    found.filter(({ owner }) => owner === null),
  ].map((those) => count(those.length));
}

/** A line for each threshold of the grid and each marked one; without those that say what the one before says. */
function byThreshold(marked: Readonly<Record<string, number>>, cells: (threshold: number) => string[]): string[][] {
  const thresholds = [...grid, ...Object.values(marked)].map((threshold) => Number(threshold.toFixed(4)));
  const rows: string[][] = [];
  let before = '';
  for (const threshold of [...new Set(thresholds)].sort((p, q) => p - q)) {
    const marks = Object.keys(marked).filter((mark) => marked[mark] === threshold);
    const row = cells(threshold);
    if (marks.length > 0 || row.join() !== before) rows.push([[threshold.toFixed(3), ...marks].join(' '), ...row]);
    before = row.join();
  }
  return rows;
}
