import { curveClass, element, label, niceTop, pathData, picture } from '../../src/evaluation/plots/svg.js';

/** What is plotted over the same numbers of calls at once. */
export interface LoadSeries {
  name: string;
  perSecond: number[];
  p50: number[];
  p99: number[];
}

const PANEL = { width: 330, height: 240 };
const LEFT = 64;
const TOP = 76;
const GAP = 80;
const BARE_COLOUR = 7;

/** Throughput and latency over the number of calls at once. @param bare photos a second that the models alone make */
export function loadPlot(concurrency: readonly number[], series: readonly LoadSeries[], bare: number): string {
  const throughput = { left: LEFT, title: 'calls/s', series: series.map(({ perSecond }) => perSecond) };
  const latency = {
    left: LEFT + PANEL.width + GAP,
    title: 'ms: p50, p99 dashed',
    series: series.map(({ p50 }) => p50),
  };
  const bareLine = { values: concurrency.map(() => bare), class: `curve c${BARE_COLOUR} d1` };
  const lines = (all: readonly number[][], dash: number) =>
    all.map((values, i) => ({ values, class: `curve ${curveClass(i + 8 * dash)}` }));
  return picture(latency.left + PANEL.width + 24, TOP + PANEL.height + 52, 'The server under load', [
    label(LEFT, 26, 'The server under load', { class: 'title' }),
    ...series.flatMap(({ name }, i) => key(LEFT + 200 + i * 80, `curve ${curveClass(i)}`, name)),
    ...key(LEFT + 200 + series.length * 80, bareLine.class, 'models alone'),
    ...panel(throughput.left, throughput.title, concurrency, [...lines(throughput.series, 0), bareLine]),
    ...panel(latency.left, latency.title, concurrency, [
      ...lines(latency.series, 0),
      ...lines(
        series.map(({ p99 }) => p99),
        1,
      ),
    ]),
  ]);
}

function key(x: number, className: string, name: string): string[] {
  return [element('path', { class: className, d: `M${x} 22h20` }), label(x + 26, 26, name)];
}

interface Line {
  values: readonly number[];
  class: string;
}

/** The numbers of calls stand at even distances: each is a multiple of the one before. */
function panel(left: number, title: string, concurrency: readonly number[], lines: readonly Line[]): string[] {
  const highest = niceTop(Math.max(...lines.flatMap(({ values }) => values)));
  const bottom = TOP + PANEL.height;
  const toX = (i: number) => left + ((i + 0.3) / (concurrency.length - 0.4)) * PANEL.width;
  const toY = (value: number) => bottom - (value / highest) * PANEL.height;
  return [
    label(left, TOP - 14, title, { class: 'minor' }),
    ...[0, 0.25, 0.5, 0.75, 1].flatMap((share) => [
      element('path', { class: 'grid', d: `M${left} ${toY(share * highest)}h${PANEL.width}` }),
      label(left - 8, toY(share * highest) + 4, String(share * highest), { 'text-anchor': 'end', class: 'minor' }),
    ]),
    ...concurrency.map((calls, i) => label(toX(i), bottom + 18, String(calls), { 'text-anchor': 'middle' })),
    label(left + PANEL.width / 2, bottom + 38, 'calls at once', { 'text-anchor': 'middle', class: 'minor' }),
    ...lines.map(({ values, class: className }) =>
      element('path', { class: className, d: pathData(values.map((value, i) => [toX(i), toY(value)] as const)) }),
    ),
  ];
}

/** Resident memory over time. @param memory in MiB, at even distances; the last is at the end of the `minutes` */
export function memoryPlot(memory: readonly number[], minutes: number): string {
  const [width, bottom] = [2 * PANEL.width, TOP + PANEL.height];
  const highest = niceTop(Math.max(...memory));
  const toY = (value: number) => bottom - (value / highest) * PANEL.height;
  const toX = (i: number) => LEFT + (i / Math.max(1, memory.length - 1)) * width;
  return picture(LEFT + width + 24, bottom + 52, 'Resident memory over time', [
    label(LEFT, 26, 'Resident memory under load, MiB', { class: 'title' }),
    ...[0, 0.25, 0.5, 0.75, 1].flatMap((share) => [
      element('path', { class: 'grid', d: `M${LEFT} ${toY(share * highest)}h${width}` }),
      label(LEFT - 8, toY(share * highest) + 4, String(share * highest), { 'text-anchor': 'end', class: 'minor' }),
      label(LEFT + share * width, bottom + 18, String(share * minutes), { 'text-anchor': 'middle' }),
    ]),
    label(LEFT + width / 2, bottom + 38, 'minutes', { 'text-anchor': 'middle', class: 'minor' }),
    element('path', {
      class: `curve ${curveClass(0)}`,
      d: pathData(memory.map((value, i) => [toX(i), toY(value)] as const)),
    }),
  ]);
}

export interface StageBar {
  name: string;
  /** Milliseconds by stage. */
  ms: Readonly<Record<string, number>>;
}

const BAR = { left: 180, width: 560, height: 26, pitch: 44, top: 84 };
/** A stage narrower than this in pixels has no space for its number. */
const MIN_FOR_NUMBER = 24;

/** What each stage of one photo costs: one bar for each kind of photo, a part of it for each stage. */
export function stagePlot(stages: readonly string[], bars: readonly StageBar[]): string {
  const total = ({ ms }: StageBar) => stages.reduce((sum, stage) => sum + (ms[stage] ?? 0), 0);
  const highest = niceTop(Math.max(...bars.map(total)));
  const toWidth = (ms: number) => (ms / highest) * BAR.width;
  const bottom = BAR.top + bars.length * BAR.pitch;
  return picture(BAR.left + BAR.width + 70, bottom + 40, 'Milliseconds of each stage', [
    label(16, 26, 'One photo on one core, milliseconds of each stage', { class: 'title' }),
    ...stages.flatMap((stage, i) => [
      element('rect', { class: `f${i}`, 'fill-opacity': 0.6, x: 16 + i * 110, y: 42, width: 14, height: 12, rx: 2 }),
      label(36 + i * 110, 52, stage),
    ]),
    ...[0, 0.25, 0.5, 0.75, 1].flatMap((share) => {
      const x = BAR.left + share * BAR.width;
      return [
        element('path', { class: 'grid', d: `M${x} ${BAR.top - 8}V${bottom}` }),
        label(x, bottom + 18, String(share * highest), { 'text-anchor': 'middle', class: 'minor' }),
      ];
    }),
    ...bars.flatMap((bar, row) => {
      const y = BAR.top + row * BAR.pitch;
      let x = BAR.left;
      const parts = stages.flatMap((stage, i) => {
        const ms = bar.ms[stage] ?? 0;
        const [at, width] = [x, toWidth(ms)];
        x += width;
        const rect = element('rect', { class: `f${i}`, 'fill-opacity': 0.6, x: at, y, width, height: BAR.height });
        if (width < MIN_FOR_NUMBER) return [rect];
        return [rect, label(at + width / 2, y + 17, ms.toFixed(1), { 'text-anchor': 'middle', class: 'minor' })];
      });
      return [label(16, y + 17, bar.name), ...parts, label(x + 8, y + 17, total(bar).toFixed(1))];
    }),
  ]);
}
