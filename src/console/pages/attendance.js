import { collectionChoice } from '../collection-choice.js';
import { h, labelled } from '../dom.js';
import { admin, session } from '../session.js';
import { listTable } from '../table.js';
import { download } from '../ui/download.js';
import { kept } from '../ui/kept.js';
import { emptyState, iconButton, skeletons } from '../ui/parts.js';
import { toastRefusal } from '../ui/toast.js';
import { locale, refusalInWords, t, wholeNumber } from '../words.js';

/** Lines on the page; the file has all of them. */
const SHOWN = 1000;

export function attendancePage(main, signal) {
  const state = kept('attendance', () => ({ day: '' }));
  const day = labelled(
    t('attendance.day'),
    h('input', { type: 'date', value: state.day, onchange: () => choose(day.input.value) }),
  );
  const files = ['csv', 'xlsx'].map((format) =>
    iconButton(format === 'csv' ? 'download' : 'file-spreadsheet', t(`attendance.download-${format}`), {
      onclick: () => save(format),
    }),
  );
  const count = h('p', { role: 'status' });
  const list = h('div', {}, skeletons(4, 'row-high'));
  main.append(
    h(
      'div',
      { class: 'toolbar' },
      collectionChoice({ onChange: () => load() }),
      day.field,
      h('div', { class: 'row end' }, files),
    ),
    count,
    list,
  );
  let turn = 0;
  load();

  function choose(chosen) {
    state.day = chosen;
    load();
  }

  function query() {
    return { collection: session.collection, ...(state.day && { day: state.day }) };
  }

  async function load() {
    const mine = ++turn;
    try {
      const found = await admin('GET', '/attendance', { ...query(), limit: SHOWN });
      if (signal.aborted || mine !== turn) return;
      state.day = found.day;
      day.input.value = found.day;
      show(found);
    } catch (error) {
      if (signal.aborted || mine !== turn) return;
      count.textContent = refusalInWords(error);
      list.replaceChildren();
      for (const file of files) file.disabled = true;
    }
  }

  function show({ total, lines, timeZone }) {
    for (const file of files) file.disabled = total === 0;
    count.textContent = t('attendance.count', { n: wholeNumber(total), zone: timeZone });
    if (total === 0) return list.replaceChildren(emptyState('calendar', t('attendance.nobody')));
    const at = (time) =>
      new Date(time).toLocaleTimeString(locale(), { timeZone, hour: '2-digit', minute: '2-digit', second: '2-digit' });
    const row = ({ id, name, first, last }) =>
      h(
        'tr',
        {},
        h('td', { class: 'id' }, h('bdi', {}, id)),
        h('td', {}, h('bdi', {}, name)),
        h('td', {}, h('time', { datetime: first }, at(first))),
        h('td', {}, h('time', { datetime: last }, at(last))),
      );
    const columns = /** @type {any[]} */ ([
      { text: 'attendance.id', kind: 'id' },
      { text: 'attendance.name' },
      { text: 'attendance.first' },
      { text: 'attendance.last' },
    ]);
    list.replaceChildren(listTable(columns, lines.map(row)));
  }

  async function save(format) {
    const path = `/admin/v1/attendance/file?${new URLSearchParams({ ...query(), format })}`;
    await download(path, `attendance-${state.day}.${format}`).catch(toastRefusal);
  }
}
