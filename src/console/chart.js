import { h, svg } from './dom.js';
import { t } from './words.js';

/** Looks that a chart remembers: two minutes. */
export const LOOKS = 60;
const WIDTH = LOOKS * 5;
const HEIGHT = 60;
/** Classes of the colours of series, which are used over again where there are more. */
const COLOURS = 12;

/**
 * Numbers over time as bars, the newest on the right; several series lie on top of each other.
 * @param {string} title
 * @param {Map<string, number[]>} series by name, each the latest numbers in order of time, equally many
 * @param {(value: number) => string} shown a number with its unit
 * @param {string[]} [legend] a text for each series, in their order
 */
export function chart(title, series, shown, legend = []) {
  const all = [...series.entries()];
  const length = Math.max(0, ...all.map(([, values]) => values.length));
  const totals = Array.from({ length }, (_, i) => all.reduce((sum, [, values]) => sum + (values[i] ?? 0), 0));
  const most = Math.max(0, ...totals);
  const words = length === 0 ? t('loading') : t('chart.now', { now: shown(totals.at(-1) ?? 0), most: shown(most) });
  const bars = totals.flatMap((_, i) => {
    let top = HEIGHT;
    return all.map(([, values], colour) => {
      const height = most > 0 ? ((values[i] ?? 0) / most) * HEIGHT : 0;
      top -= height;
      const x = WIDTH - (length - i) * 5;
      return height > 0 && svg('rect', { x, y: top, width: 4, height, class: `series-${colour % COLOURS}` });
    });
  });
  const drawing = svg(
    'svg',
    { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, preserveAspectRatio: 'none', class: 'chart', role: 'img' },
    svg('title', {}, `${title}: ${words}`),
    svg('line', { x1: 0, x2: WIDTH, y1: HEIGHT, y2: HEIGHT, class: 'axis' }),
    ...bars,
  );
  const names = legend.map((text, colour) =>
    h('li', {}, h('span', { class: `swatch series-${colour % COLOURS}` }), text),
  );
  const list = names.length > 0 && h('ul', { class: 'series' }, names);
  return h('section', { class: 'card' }, h('h3', {}, title), drawing, h('p', { class: 'hint' }, words), list);
}
