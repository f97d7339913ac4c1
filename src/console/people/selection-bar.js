import { h } from '../dom.js';
import { mayDo } from '../session.js';
import { saveCsv } from '../ui/download.js';
import { iconButton } from '../ui/parts.js';
import { inDigits, t } from '../words.js';
import { deletePeople, moveOrCopy } from './actions.js';
import { merge } from './merge.js';

/** The most that the server takes in one request. */
const MAX_AT_ONCE = 200;

/**
 * What can be done with those who are selected; hidden while nobody is.
 * @param {object} options
 * @param {Map<string, any>} options.selected
 * @param {() => any[]} options.everybody those of the list that have come
 * @param {() => void} options.onChange people were changed
 * @param {() => void} options.onSelection others are selected
 */
export function selectionBar({ selected, everybody, onChange, onSelection }) {
  const count = h('strong', { role: 'status' });
  const people = () => [...selected.values()].slice(0, MAX_AT_ONCE);
  const ids = () => people().map(({ id }) => id);
  const done = () => {
    selected.clear();
    onChange();
  };
  const selectAll = () => {
    for (const person of everybody().slice(0, MAX_AT_ONCE)) selected.set(person.id, person);
    changed();
  };
  const selectNone = () => {
    selected.clear();
    changed();
  };
  const changed = () => {
    show();
    onSelection();
  };
  const csv = () => {
    const rows = people().map(({ id, name, faces }) => [id, name, faces]);
    saveCsv([['id', 'name', 'faces'], ...rows], 'people.csv');
  };
  const mergeButton = iconButton('merge', t('people.merge'), { onclick: () => merge(people(), done) });
  const element = h(
    'div',
    { class: 'row selection', hidden: true },
    count,
    iconButton('check', t('people.select-all'), { class: 'plain', onclick: selectAll }),
    iconButton('x', t('people.select-none'), { class: 'plain', onclick: selectNone }),
    mayDo('enrol') && mayDo('delete') && mergeButton,
    mayDo('enrol') &&
      mayDo('delete') &&
      iconButton('move', t('people.move'), { onclick: () => moveOrCopy(ids(), { copy: false }, done) }),
    mayDo('enrol') && iconButton('copy', t('people.copy'), { onclick: () => moveOrCopy(ids(), { copy: true }, done) }),
    iconButton('download', t('people.export-selected'), { onclick: csv }),
    mayDo('delete') &&
      iconButton('trash', t('delete'), { class: 'danger', onclick: () => deletePeople(people(), done) }),
  );

  function show() {
    element.hidden = selected.size === 0;
    const n = Math.min(selected.size, MAX_AT_ONCE);
    count.textContent = t('people.selected', { n: inDigits(n) });
    mergeButton.disabled = n < 2 || n > 6;
    mergeButton.title = mergeButton.disabled ? t('people.merge-hint') : '';
  }

  return { element, show };
}
