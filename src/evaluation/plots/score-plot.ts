import type { NamedScores } from '../evaluation.js';
import { count, percent } from '../format.js';
import { equalErrorRate } from '../metrics/error-rates.js';
import type { ScoreHistogram } from '../metrics/score-histogram.js';
import { element, label, niceTop, pathData, picture, shortened } from './svg.js';

const PANEL = { width: 400, height: 170 };
const LEFT = 46;
const TOP = 84;
/** From one panel to the next. */
const PITCH = { x: PANEL.width + 64, y: PANEL.height + 84 };
const BIN = 0.02;
const NAME_LENGTH = 30;

/** Class numbers of the two kinds: red and blue, apart for the colour-blind too. */
const KINDS = [
  { name: 'impostor', colour: 1 },
  { name: 'genuine', colour: 0 },
] as const;

/** How genuine and impostor scores are distributed: one panel for each list and group, all on the same axis. */
export function scorePlot(scores: readonly NamedScores[]): string {
  const shown = scores.filter(({ genuine, impostor }) => genuine.total + impostor.total > 0);
  const low = shown.reduce((least, one) => Math.min(least, one.genuine.min, one.impostor.min), 0);
  const range = { low: Math.max(-1, Math.floor(low / 0.2 + 1e-9) * 0.2), high: 1 };
  const columns = Math.min(2, Math.max(1, shown.length));
  const rows = Math.max(1, Math.ceil(shown.length / columns));
  const width = LEFT + columns * PITCH.x - 40;
  return picture(width, TOP + rows * PITCH.y - 54, 'Score distributions', [
    label(LEFT, 28, 'Scores (cosine)', { class: 'title' }),
    ...KINDS.flatMap(({ name, colour }, i) => [
      element('rect', { class: `area f${colour}`, x: LEFT + 190 + i * 90, y: 17, width: 16, height: 12 }),
      element('path', { class: `curve c${colour}`, d: `M${LEFT + 190 + i * 90} 17h16` }),
      label(LEFT + 212 + i * 90, 28, name),
    ]),
    ...shown.map((one, i) =>
      panel(one, range, LEFT + (i % columns) * PITCH.x, TOP + Math.floor(i / columns) * PITCH.y),
    ),
  ]);
}

function panel(scores: NamedScores, range: { low: number; high: number }, left: number, top: number): string {
  const bins = Math.round((range.high - range.low) / BIN);
  const shares = KINDS.map(({ name }) => density(scores[name], range.low, bins));
  const highest = niceTop(Math.max(...shares.flat()));
  const bottom = top + PANEL.height;
  const toX = (score: number) => left + ((score - range.low) / (range.high - range.low)) * PANEL.width;
  const toY = (share: number) => bottom - (share / highest) * PANEL.height;
  const parts: string[] = [];
  for (let tick = Math.round(range.low * 5); tick <= Math.round(range.high * 5); tick++) {
    const x = toX(tick / 5);
    parts.push(element('path', { class: 'grid', d: `M${x.toFixed(2)} ${top}V${bottom}` }));
    parts.push(label(x, bottom + 17, (tick / 5).toFixed(1), { 'text-anchor': 'middle' }));
  }
  for (const share of [0, highest / 2, highest]) {
    parts.push(element('path', { class: 'grid', d: `M${left} ${toY(share).toFixed(2)}h${PANEL.width}` }));
    const name = `${Number((share * 100).toFixed(1))} %`;
    parts.push(label(left - 6, toY(share) + 4, name, { 'text-anchor': 'end', class: 'minor' }));
  }
  KINDS.forEach(({ colour }, kind) => {
    const points = (shares[kind] ?? []).map((share, i) => [toX(range.low + (i + 0.5) * BIN), toY(share)] as const);
    const ends = [[points[0]?.[0] ?? left, bottom] as const, [points.at(-1)?.[0] ?? left, bottom] as const];
    const area = pathData([ends[0] as readonly [number, number], ...points, ends[1] as readonly [number, number]]);
    parts.push(element('path', { class: `area f${colour}`, d: `${area}Z` }));
    parts.push(element('path', { class: `curve c${colour}`, d: pathData(points) }));
  });
  const eer = equalErrorRate(scores);
  const counts = `${count(scores.genuine.total)} genuine, ${count(scores.impostor.total)} impostor`;
  parts.push(label(left, top - 24, shortened(scores.name, NAME_LENGTH)));
  parts.push(label(left, top - 8, counts, { class: 'minor' }));
  if (eer) {
    const x = toX(eer.threshold);
    const text = `EER ${percent(eer.rate)} at ${eer.threshold.toFixed(3)}`;
    parts.push(element('path', { class: 'mark', d: `M${x.toFixed(2)} ${top}V${bottom}` }));
    parts.push(label(left + PANEL.width, top - 8, text, { class: 'minor', 'text-anchor': 'end' }));
  }
  return element('g', {}, ...parts);
}

/** Share of the scores in each bin. */
function density(scores: ScoreHistogram, low: number, bins: number): number[] {
  // The last bin also holds a score of exactly 1.
  return Array.from({ length: bins }, (_, i) =>
    scores.shareBetween(low + i * BIN, i === bins - 1 ? 2 : low + (i + 1) * BIN),
  );
}
