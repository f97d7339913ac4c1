import { count } from '../format.js';
import type { GateResults, LabelResult } from '../gates/gate-results.js';
import { element, label, picture, shortened } from './svg.js';

const TOP = 118;
const ROW = 24;
const COLUMN = 62;
const LABEL_WIDTH = 292;
const NAME_LENGTH = 40;
/** Left of the first outcome: label, expected code and number of images. */
const LEFT = 16 + LABEL_WIDTH + 62 + 62;
/** Space for the slanted name of the last outcome. */
const MARGIN = 84;
/** A cell of 1 % is still to be seen. */
const FAINTEST = 0.1;

/**
 * What became of the images of each label: one row for each label, one column for each outcome. The shade of a cell is
 * its share of the row; cells with the expected code are blue, others red, and grey where nothing is expected.
 */
export function confusionPlot({ byLabel, outcomes }: Pick<GateResults, 'byLabel' | 'outcomes'>): string {
  const width = LEFT + Math.max(3, outcomes.length) * COLUMN + MARGIN;
  const height = TOP + byLabel.length * ROW + 18;
  return picture(width, height, 'Labels and outcomes', [
    label(16, 28, 'What became of the images of each label', { class: 'title' }),
    label(16, TOP - 10, 'label', { class: 'minor' }),
    label(16 + LABEL_WIDTH + 50, TOP - 10, 'expected', { class: 'minor', 'text-anchor': 'end' }),
    label(LEFT - 14, TOP - 10, 'images', { class: 'minor', 'text-anchor': 'end' }),
    ...outcomes.map((outcome, column) => {
      const x = LEFT + (column + 0.5) * COLUMN;
      return label(x, TOP - 10, outcome, { transform: `rotate(-38 ${x} ${TOP - 10})` });
    }),
    ...byLabel.map((row, i) => rowOf(row, outcomes, TOP + i * ROW)),
  ]);
}

function rowOf(row: LabelResult, outcomes: readonly string[], top: number): string {
  const base = top + ROW / 2 + 4;
  return element(
    'g',
    {},
    element('path', { class: 'grid', d: `M16 ${top}H${LEFT + outcomes.length * COLUMN}` }),
    label(16, base, shortened(row.label, NAME_LENGTH)),
    label(16 + LABEL_WIDTH + 50, base, row.expected === null ? '–' : String(row.expected), { 'text-anchor': 'end' }),
    label(LEFT - 14, base, count(row.images), { 'text-anchor': 'end' }),
    ...row.counts.flatMap((n, column) => {
      if (n === 0) return [];
      const x = LEFT + column * COLUMN;
      const share = FAINTEST + (1 - FAINTEST) * (n / row.images);
      const cell = { x: x + 2, y: top + 2, width: COLUMN - 4, height: ROW - 4, rx: 3 };
      return [
        element('rect', {
          ...cell,
          class: `f${colour(row, outcomes[column] ?? '')}`,
          'fill-opacity': (0.55 * share).toFixed(3),
        }),
        label(x + COLUMN / 2, base, count(n), { 'text-anchor': 'middle' }),
      ];
    }),
  );
}

/** Number of the fill colour: blue and red can be told apart by the colour-blind too. */
function colour({ expected }: LabelResult, outcome: string): number {
  if (expected === null) return 7;
  return outcome.startsWith(String(expected)) ? 0 : 1;
}
