import { count, firstFew, percent, range } from '../../evaluation/format.js';
import { interval95 } from '../../evaluation/metrics/error-rates.js';
import type { Block } from '../../evaluation/report/blocks.js';
import { csvText } from '../../util/csv-text.js';
import { quantile } from '../../util/quantile.js';
import type { PhotoComparison } from './shadow.js';
import { agreementByThreshold, type Thresholds, truthByThreshold } from './threshold-tables.js';
import { type Answer, agreements, isJudged, type Verdict, verdicts } from './verdict.js';

/** What two servers answered, and what they would have answered at other thresholds, for a terminal. */
export function shadowBlocks(comparisons: readonly PhotoComparison[], thresholds: Thresholds): Block[] {
  const labelled = comparisons.some(({ owner }) => owner !== undefined);
  return [
    verdictTable(comparisons),
    codeTable(comparisons),
    ...refusalTable(comparisons),
    ...(labelled ? truthByThreshold(comparisons, thresholds) : [agreementByThreshold(comparisons, thresholds)]),
    similarityTable(comparisons),
    timeTable(comparisons),
    ...advice(comparisons, thresholds, labelled),
  ];
}

function verdictTable(comparisons: readonly PhotoComparison[]): Block {
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
function codeTable(comparisons: readonly PhotoComparison[]): Block {
  const codes = [...new Set(comparisons.flatMap(({ a, b }) => [a.code, b.code]))].sort();
  const rows = codes.map((ofA) => [
    `A ${ofA}`,
    ...codes.map((ofB) => count(comparisons.filter(({ a, b }) => a.code === ofA && b.code === ofB).length)),
  ]);
  return { kind: 'table', columns: ['code', ...codes.map((code) => `B ${code}`)], rows };
}

function similarityTable(comparisons: readonly PhotoComparison[]): Block {
  const same = comparisons.filter(({ verdict }) => verdict === 'same person');
  const row = (name: string, of: (one: PhotoComparison) => number) => {
    const numbers = same.map(of);
    return [name, ...[0, 0.05, 0.5, 0.95, 1].map((share) => digits(quantile(numbers, share), 3))];
  };
  const [ofA, ofB] = [(one: PhotoComparison) => one.a.similarity ?? 0, (one: PhotoComparison) => one.b.similarity ?? 0];
  return {
    kind: 'table',
    columns: [`similarity (same person, ${count(same.length)})`, 'least', '5 %', 'median', '95 %', 'greatest'],
    rows: [row('A', ofA), row('B', ofB), row('B − A', (one) => ofB(one) - ofA(one))],
  };
}

function timeTable(comparisons: readonly PhotoComparison[]): Block {
  const row = (name: string, of: (one: PhotoComparison) => Answer) => {
    const times = comparisons.flatMap((one) => of(one).ms ?? []);
    return [name, count(times.length), digits(quantile(times, 0.5), 0), digits(quantile(times, 0.99), 0)];
  };
  return {
    kind: 'table',
    columns: ['time of a call, ms', 'answers', 'p50', 'p99'],
    rows: [row('A', (one) => one.a), row('B', (one) => one.b)],
  };
}

/** Why photos were refused, the most frequent first. */
function refusalTable(comparisons: readonly PhotoComparison[]): Block[] {
  const counts = new Map<string, [a: number, b: number]>();
  for (const { a, b } of comparisons)
    for (const [side, answer] of [a, b].entries()) {
      if (isJudged(answer)) continue;
      const why = `${answer.code} ${answer.reason ?? answer.text}`;
      const both = counts.get(why) ?? [0, 0];
      both[side === 0 ? 0 : 1]++;
      counts.set(why, both);
    }
  if (counts.size === 0) return [];
  const rows = [...counts]
    .sort(([, [a, b]], [, [c, d]]) => c + d - a - b)
    .map(([why, [a, b]]) => [why, count(a), count(b)]);
  return [{ kind: 'table', columns: ['refused or failed', 'A', 'B'], rows }];
}

/** Which photos to look at, the worst first, and what the numbers mean for the threshold of B. */
function advice(comparisons: readonly PhotoComparison[], { a, b }: Thresholds, labelled: boolean): Block[] {
  const items: string[] = [];
  const look = (what: string, those: readonly PhotoComparison[], also = '') => {
    const names = those.map(({ photo }) => photo);
    if (names.length > 0) items.push(`${what}: ${firstFew(names, 5)}${also}`);
  };
  const of = (verdict: Verdict) => comparisons.filter((one) => one.verdict === verdict);
  look('Different people', of('different people'));
  look('Found by B only', of('found by B only'));
  const missed = of('found by A only');
  const unlike = missed.filter((one) => one.b.id !== one.a.id).length;
  const also =
    unlike > 0 ? `; for ${count(unlike)} of them somebody else is nearest on B: is the person enrolled there?` : '';
  look('Found by A only', missed, also);
  look('Failed', of('failed'));
  items.push(...(labelled ? safeThresholds(comparisons) : sameNumber(comparisons, { a, b })));
  return items.length > 0 ? [{ kind: 'list', items }] : [];
}

/** From where on a server errs with nobody, and how much that says. */
function safeThresholds(comparisons: readonly PhotoComparison[]): string[] {
  const strangers = comparisons.filter((one) => one.owner === null && isJudged(one.a) && isJudged(one.b)).length;
  const words = (['a', 'b'] as const).map((side) => {
    const answers = comparisons.map((one) => ({ owner: one.owner, ...one[side] }));
    const wrong = answers.filter(({ id, owner }) => id !== undefined && id !== owner);
    const highest = Math.max(0, ...wrong.map(({ similarity = 0 }) => similarity));
    const right = answers.filter(({ id, owner, similarity = 0 }) => id === owner && similarity > highest).length;
    return `${side.toUpperCase()} takes nobody for somebody else above ${highest.toFixed(3)}, and finds ${count(right)} rightly there`;
  });
  if (strangers === 0) return words;
  const most = percent(interval95(0, strangers).high);
  return [
    ...words,
    `No error among ${count(strangers)} strangers can still mean that up to ${most} of all strangers are taken for somebody: few photos show large rates only`,
  ];
}

/** The threshold at which B finds as many as A. */
function sameNumber(comparisons: readonly PhotoComparison[], { a, b }: Thresholds): string[] {
  const judged = comparisons.filter((one) => isJudged(one.a) && isJudged(one.b));
  const wanted = judged.filter((one) => one.a.code === '200').length;
  const sorted = judged.flatMap((one) => one.b.similarity ?? []).sort((p, q) => q - p);
  const enough = sorted[wanted - 1];
  if (enough === undefined) return [];
  return [
    `B finds as many as A at ${a} with a threshold of ${enough.toFixed(3)}; it is ${b}. Whether rightly, --labelled tells`,
  ];
}

function digits(number: number, places: number): string {
  return Number.isFinite(number) ? number.toFixed(places) : '–';
}

/** Both answers to each photo. */
export function shadowCsv(comparisons: readonly PhotoComparison[]): string {
  const of = ({ code, id = '', similarity, text = '', reason = '', ms }: Answer) => [
    code,
    id,
    similarity === undefined ? '' : similarity.toFixed(4),
    text,
    reason,
    ms === undefined ? '' : ms.toFixed(1),
  ];
  const columns = (side: string) =>
    ['code', 'id', 'similarity', 'text', 'reason', 'ms'].map((name) => `${side}_${name}`);
  return csvText(
    ['photo', 'owner', 'verdict', ...columns('a'), ...columns('b')],
    comparisons.map(({ photo, owner, verdict, a, b }) => [photo, owner ?? '', verdict, ...of(a), ...of(b)]),
  );
}
