import { h } from './dom.js';
import { t } from './words.js';

/**
 * A list of things with their actions.
 * @typedef {{text: string, kind?: 'id' | 'count' | 'actions'}} Column `text` is the name of the text at its head;
 *   without a kind it takes the width that is left
 * @param {Column[]} columns
 * @param {any[]} rows
 */
export function listTable(columns, rows) {
  const heads = columns.map(({ text, kind }) => h('th', { scope: 'col', class: kind }, t(text)));
  return h('table', { class: 'list' }, h('thead', {}, h('tr', {}, heads)), h('tbody', {}, rows));
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
