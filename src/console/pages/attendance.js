import { collectionChoice } from '../collection-choice.js';
import { h, labelled } from '../dom.js';
import { admin, request, session } from '../session.js';
import { listTable } from '../table.js';
import { kept } from '../ui/kept.js';
import { emptyState, iconButton, skeletons } from '../ui/parts.js';
import { toast } from '../ui/toast.js';
import { locale, refusalInWords, t, wholeNumber } from '../words.js';

/** Lines on the page; the file has all of them. */
const SHOWN = 1000;

export function attendancePage(main, signal) {
  const state = kept('attendance', () => ({ day: '' }));
  const day = labelled(
    t('attendance.day'),
    h('input', { type: 'date', value: state.day, onchange: () => choose(day.input.value) }),
  );
  const download = iconButton('download', t('attendance.download'), { onclick: () => save() });
  const count = h('p', { role: 'status' });
  const list = h('div', {}, skeletons(4, 'row-high'));
  main.append(
    h(
      'div',
      { class: 'toolbar' },
      collectionChoice({ onChange: () => load() }),
      day.field,
      h('div', { class: 'row end' }, download),
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
      download.disabled = true;
    }
  }

  function show({ total, lines, timeZone }) {
    download.disabled = total === 0;
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

  async function save() {
    try {
      const response = await request('GET', `/admin/v1/attendance/file?${new URLSearchParams(query())}`);
      if (!response.headers.get('content-type')?.startsWith('text/csv')) return load();
      const link = h('a', {
        href: URL.createObjectURL(await response.blob()),
        download: `attendance-${state.day}.csv`,
      });
      link.click();
      URL.revokeObjectURL(link.href);
    } catch (error) {
      toast(refusalInWords(error), { kind: 'bad' });
    }
  }
}
