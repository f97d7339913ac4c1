import { svg } from '../dom.js';
import { icons } from './icons.js';

/**
 * A decoration beside words, hidden from screen readers: a button with nothing but an icon also needs `aria-label`.
 * @param {string} name of `icons.js`
 */
export function icon(name) {
  const drawing = icons[name];
  if (!drawing) throw new Error(`no icon ${name}`);
  const shapes = drawing.map(([tag, attributes]) => svg(tag, attributes));
  return svg('svg', { viewBox: '0 0 24 24', class: 'icon', 'aria-hidden': 'true' }, ...shapes);
}
