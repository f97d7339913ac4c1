import type { NamedScores } from '../evaluation.js';
import { count, percent } from '../format.js';
import { type DetPoint, detCurve, equalErrorRate } from '../metrics/error-rates.js';
import { curveClass, element, label, pathData, picture, shortened } from './svg.js';

const LEFT = 76;
const TOP = 48;
const SIZE = { width: 560, height: 460 };
const LEGEND_WIDTH = 250;
const LEGEND_ROW = 38;
/** Characters of a name that fit into the legend. */
const NAME_LENGTH = 32;

/**
 * DET curves on logarithmic axes: the false non-match rate over the false match rate. A curve ends where fewer than one
 * error is left. Scores without genuine or impostor comparisons have no curve.
 */
export function detPlot(scores: readonly NamedScores[]): string {
  const curves = scores
    .filter(({ genuine, impostor }) => genuine.total > 0 && impostor.total > 0)
    .map((one) => ({ ...one, points: detCurve(one) }));
  const points = curves.flatMap((curve) => curve.points);
  const x = axis(points.map(({ fmr }) => fmr));
  const y = axis(points.map(({ fnmr }) => fnmr));
  const toX = (rate: number) => LEFT + x.place(rate) * SIZE.width;
  const toY = (rate: number) => TOP + (1 - y.place(rate)) * SIZE.height;
  const legendX = LEFT + SIZE.width + 20;
  const width = legendX + LEGEND_WIDTH;
  const height = Math.max(TOP + SIZE.height + 56, TOP + curves.length * LEGEND_ROW + 20);
  return picture(width, height, 'Detection error trade-off', [
    label(LEFT, 28, 'Detection error trade-off', { class: 'title' }),
    ...grid(x, toX, y, toY),
    ...curves.map(({ points: curve }, i) =>
      element('path', { class: `curve ${curveClass(i)}`, d: line(curve, toX, toY) }),
    ),
    ...curves.flatMap(({ name, genuine, impostor, ...rest }, i) => {
      const rowY = TOP + i * LEGEND_ROW + 10;
      const eer = equalErrorRate({ genuine, impostor, ...rest })?.rate ?? Number.NaN;
      return [
        element('path', { class: `curve ${curveClass(i)}`, d: `M${legendX} ${rowY}h26` }),
        label(legendX + 34, rowY + 4, shortened(name, NAME_LENGTH)),
        label(legendX + 34, rowY + 19, `EER ${percent(eer)}, ${count(genuine.total)} / ${count(impostor.total)}`, {
          class: 'minor',
        }),
      ];
    }),
  ]);
}

function line(points: DetPoint[], toX: (rate: number) => number, toY: (rate: number) => number): string {
  return pathData(points.map(({ fmr, fnmr }) => [toX(fmr), toY(fnmr)] as const));
}

interface Axis {
  /** Exponent of ten at the lower end; the upper end is 0. */
  lowest: number;
  /** Where a rate lies, 0–1. */
  place(rate: number): number;
}

/** Whole decades from the smallest rate to 1, at least two and at most seven of them. */
function axis(rates: readonly number[]): Axis {
  const smallest = rates.reduce((least, rate) => Math.min(least, rate), 0.01);
  const lowest = Math.max(-7, Math.floor(Math.log10(smallest) + 1e-9));
  return { lowest, place: (rate) => Math.min(1, Math.max(0, 1 - Math.log10(rate) / lowest)) };
}

function grid(x: Axis, toX: (rate: number) => number, y: Axis, toY: (rate: number) => number): string[] {
  const [right, bottom] = [LEFT + SIZE.width, TOP + SIZE.height];
  const parts: string[] = [];
  for (const { rate, major } of rates(x)) {
    const at = toX(rate);
    parts.push(element('path', { class: major ? 'grid' : 'grid fine', d: `M${at.toFixed(2)} ${TOP}V${bottom}` }));
    if (major) parts.push(label(at, bottom + 18, rateName(rate), { 'text-anchor': 'middle' }));
  }
  for (const { rate, major } of rates(y)) {
    const at = toY(rate);
    parts.push(element('path', { class: major ? 'grid' : 'grid fine', d: `M${LEFT} ${at.toFixed(2)}H${right}` }));
    if (major) parts.push(label(LEFT - 8, at + 4, rateName(rate), { 'text-anchor': 'end' }));
  }
  const middle = TOP + SIZE.height / 2;
  return [
    ...parts,
    element('rect', { class: 'frame', x: LEFT, y: TOP, ...SIZE }),
    label(LEFT + SIZE.width / 2, bottom + 42, 'false match rate', { 'text-anchor': 'middle' }),
    label(18, middle, 'false non-match rate', { 'text-anchor': 'middle', transform: `rotate(-90 18 ${middle})` }),
    label(right + 20, TOP - 20, 'genuine / impostor comparisons', { class: 'minor' }),
  ];
}

/** Lines of the grid: powers of ten, and twice and five times them. */
function rates({ lowest }: Axis): { rate: number; major: boolean }[] {
  const lines = [{ rate: 1, major: true }];
  for (let exponent = lowest; exponent < 0; exponent++) {
    for (const factor of [1, 2, 5]) lines.push({ rate: factor * 10 ** exponent, major: factor === 1 });
  }
  return lines;
}

/** In percent down to 0.01 %, below as a power. */
function rateName(rate: number): string {
  if (rate >= 0.9e-4) return `${Number((rate * 100).toPrecision(1))} %`;
  return rate.toExponential(0);
}
