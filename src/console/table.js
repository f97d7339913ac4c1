import { h } from './dom.js';
import { t } from './words.js';

/**
 * A list of things with their actions, which scrolls sideways where it is too wide.
 * @param {string[]} heads names of the texts at the head of the columns
 * @param {any[]} rows
 */
export function listTable(heads, rows) {
  const cells = heads.map((name) => h('th', { scope: 'col' }, t(name)));
  const table = h('table', { class: 'list' }, h('thead', {}, h('tr', {}, cells)), h('tbody', {}, rows));
  return h('div', { class: 'scroll' }, table);
}

/**
 * The buttons of a row.
 * @param {{text: string, label: string, danger?: boolean, onclick: () => unknown}[]} buttons `label` also says of what
 */
export function actions(buttons) {
  return h(
    'td',
    { class: 'row' },
    buttons.map(({ text, label, danger, onclick }) =>
      h('button', { type: 'button', class: danger ? 'danger' : null, 'aria-label': label, onclick }, text),
    ),
  );
}
