import { csvText } from '../csv-text.js';
import { count, firstFew, percent, range } from '../evaluation/format.js';
import { interval95 } from '../evaluation/metrics/error-rates.js';
import type { Block } from '../evaluation/report/blocks.js';
import { quantile } from '../quantile.js';
import type { Comparison } from './shadow.js';
import { type Answer, agreements, atThreshold, isJudged, verdictOf, verdicts } from './verdict.js';

export interface Thresholds {
  a: number;
  b: number;
}

const grid = Array.from({ length: 12 }, (_, i) => 0.4 + i * 0.05);

/** What two servers answered, and what they would have answered at other thresholds, for a terminal. */
export function shadowBlocks(comparisons: readonly Comparison[], thresholds: Thresholds): Block[] {
  const labelled = comparisons.some(({ owner }) => owner !== undefined);
  return [
    verdictTable(comparisons),
    codeTable(comparisons),
    labelled ? truthTable(comparisons, thresholds) : thresholdTable(comparisons, thresholds),
    similarityTable(comparisons),
    timeTable(comparisons),
    ...advice(comparisons, thresholds, labelled),
  ];
}

function verdictTable(comparisons: readonly Comparison[]): Block {
  const share = (n: number) => [
    count(n),
    percent(n / comparisons.length),
    range(interval95(n, comparisons.length), percent),
  ];
  const rows = verdicts.map((verdict) => {
    const n = comparisons.filter((one) => one.verdict === verdict).length;
    return [agreements.has(verdict) ? `= ${verdict}` : `≠ ${verdict}`, ...share(n)];
  });
  const agreeing = comparisons.filter(({ verdict }) => agreements.has(verdict)).length;
  return {
    kind: 'table',
    columns: ['answers', 'photos', 'share', '95 % interval'],
    rows: [...rows, ['agreement (=)', ...share(agreeing)], ['all', count(comparisons.length), '', '']],
  };
}

/** Codes of A by line, of B by column. */
function codeTable(comparisons: readonly Comparison[]): Block {
  const codes = [...new Set(comparisons.flatMap(({ a, b }) => [a.code, b.code]))].sort();
  const rows = codes.map((ofA) => [
    `A ${ofA}`,
    ...codes.map((ofB) => count(comparisons.filter(({ a, b }) => a.code === ofA && b.code === ofB).length)),
  ]);
  return { kind: 'table', columns: ['code', ...codes.map((code) => `B ${code}`)], rows };
}

/** The grid and these, each once, in order. */
function gridWith(...more: number[]): number[] {
  return [...new Set([...grid, ...more].map((threshold) => Number(threshold.toFixed(4))))].sort((p, q) => p - q);
}

/** A as it was, B at each threshold: of photos that both have judged. */
function thresholdTable(comparisons: readonly Comparison[], { a, b }: Thresholds): Block {
  const judged = comparisons.filter((one) => isJudged(one.a) && isJudged(one.b));
  const shown = ['same person', 'nobody, both', 'different people', 'found by A only', 'found by B only'] as const;
  const rows = gridWith(b).map((threshold) => {
    const found = judged.map((one) => verdictOf(one.a, atThreshold(one.b, threshold)));
    const counts = shown.map((verdict) => count(found.filter((one) => one === verdict).length));
    return [`${threshold.toFixed(2)}${threshold === b ? ' ←' : ''}`, ...counts];
  });
  return { kind: 'table', columns: [`B's threshold, A at ${a}`, ...shown], rows };
}

/** Who is right, at each threshold: of photos whose owner is known. */
function truthTable(comparisons: readonly Comparison[], { a, b }: Thresholds): Block {
  const known = comparisons.filter(({ owner }) => owner !== undefined);
  const rows = gridWith(a, b).map((threshold) => {
    const marks = [threshold === a && 'A', threshold === b && 'B'].filter(Boolean).join(' ');
    const side = (of: (one: Comparison) => Answer) => {
      const results = known.map((one) => ({ owner: one.owner, ...atThreshold(of(one), threshold) }));
      const found = results.filter(({ code }) => code === '200');
      return [
        found.filter(({ id, owner }) => id === owner),
        found.filter(({ id, owner }) => owner !== null && id !== owner),
        results.filter(({ code, owner }) => owner !== null && code !== '200'),
        found.filter(({ owner }) => owner === null),
      ].map((those) => count(those.length));
    };
    return [`${threshold.toFixed(2)}${marks && ` ← ${marks}`}`, ...side((one) => one.a), '', ...side((one) => one.b)];
  });
  const columns = (name: string) => [`${name} right`, `${name} wrong`, `${name} missed`, `${name} strangers`];
  return { kind: 'table', columns: ['threshold', ...columns('A'), ' ', ...columns('B')], rows };
}

function similarityTable(comparisons: readonly Comparison[]): Block {
  const same = comparisons.filter(({ verdict }) => verdict === 'same person');
  const row = (name: string, of: (one: Comparison) => number) => {
    const numbers = same.map(of);
    return [name, ...[0, 0.05, 0.5, 0.95, 1].map((share) => digits(quantile(numbers, share), 3))];
  };
  const [ofA, ofB] = [(one: Comparison) => one.a.similarity ?? 0, (one: Comparison) => one.b.similarity ?? 0];
  return {
    kind: 'table',
    columns: [`similarity (same person, ${count(same.length)})`, 'least', '5 %', 'median', '95 %', 'greatest'],
    rows: [row('A', ofA), row('B', ofB), row('B − A', (one) => ofB(one) - ofA(one))],
  };
}

function timeTable(comparisons: readonly Comparison[]): Block {
  const row = (name: string, of: (one: Comparison) => Answer) => {
    const times = comparisons.flatMap((one) => of(one).ms ?? []);
    return [name, count(times.length), digits(quantile(times, 0.5), 0), digits(quantile(times, 0.99), 0)];
  };
  return {
    kind: 'table',
    columns: ['time of a call, ms', 'answers', 'p50', 'p99'],
    rows: [row('A', (one) => one.a), row('B', (one) => one.b)],
  };
}

/** What the numbers mean for the threshold of B, and which photos to look at. */
function advice(comparisons: readonly Comparison[], { a, b }: Thresholds, labelled: boolean): Block[] {
  const items: string[] = [];
  const look = (what: string, those: readonly Comparison[]) => {
    if (those.length > 0)
      items.push(
        `${what}: ${firstFew(
          those.map(({ photo }) => photo),
          5,
        )}`,
      );
  };
  for (const verdict of ['different people', 'found by B only', 'found by A only', 'failed'] as const)
    look(
      verdict[0]?.toUpperCase() + verdict.slice(1),
      comparisons.filter((one) => one.verdict === verdict),
    );
  if (labelled) {
    const strangers = comparisons.filter((one) => one.owner === null && isJudged(one.b));
    const found = strangers.filter(({ b }) => b.code === '200').length;
    if (strangers.length > 0)
      items.push(
        `Strangers whom B finds: ${count(found)} of ${count(strangers.length)}; with so few photos the true share may be up to ${percent(interval95(found, strangers.length).high)}`,
      );
  }
  const enough = thresholdOfEqualCount(comparisons);
  if (enough !== undefined)
    items.push(
      `B would find as many as A does at ${a} with a threshold of ${enough.toFixed(3)} or less; it is ${b}. Right or wrong is another question: see the table`,
    );
  return items.length > 0 ? [{ kind: 'list', items }] : [];
}

/** The highest threshold at which B finds as many as A found; undefined where it cannot. */
function thresholdOfEqualCount(comparisons: readonly Comparison[]): number | undefined {
  const judged = comparisons.filter((one) => isJudged(one.a) && isJudged(one.b));
  const wanted = judged.filter((one) => one.a.code === '200').length;
  const sorted = judged.flatMap((one) => one.b.similarity ?? []).sort((p, q) => q - p);
  return wanted === 0 ? undefined : sorted[wanted - 1];
}

function digits(number: number, places: number): string {
  return Number.isFinite(number) ? number.toFixed(places) : '–';
}

/** Both answers to each photo. */
export function shadowCsv(comparisons: readonly Comparison[]): string {
  const of = ({ code, id = '', similarity, text = '', ms }: Answer) => [
    code,
    id,
    similarity === undefined ? '' : similarity.toFixed(4),
    text,
    ms === undefined ? '' : ms.toFixed(1),
  ];
  const columns = (side: string) => ['code', 'id', 'similarity', 'text', 'ms'].map((name) => `${side}_${name}`);
  return csvText(
    ['photo', 'owner', 'verdict', ...columns('a'), ...columns('b')],
    comparisons.map(({ photo, owner, verdict, a, b }) => [photo, owner ?? '', verdict, ...of(a), ...of(b)]),
  );
}
