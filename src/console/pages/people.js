import { collectionChoice } from '../collection-choice.js';
import { h, labelled } from '../dom.js';
import { importList } from '../people/import-list.js';
import { personCard } from '../people/person-card.js';
import { selectionBar } from '../people/selection-bar.js';
import { peopleSource } from '../people/source.js';
import { mayDo, session } from '../session.js';
import { download } from '../ui/download.js';
import { kept } from '../ui/kept.js';
import { emptyState, iconButton, skeletons } from '../ui/parts.js';
import { toast, toastRefusal } from '../ui/toast.js';
import { windowList } from '../ui/window-list.js';
import { inDigits, refusalInWords, t } from '../words.js';
import { personPage } from './person.js';

const SORTS = ['id', 'name', 'newest'];
/** Milliseconds that a place stands still before its people are asked for: what is scrolled by is not. */
const REST = 50;
/** Milliseconds between two moves of one scroll. A move after more of them is a jump, which waits for nothing. */
const MOVING = 150;

/** Everybody in a collection; or one person, where the address goes on with a collection and an id. */
export function peoplePage(main, signal, page) {
  const [, collection, id] = location.hash.slice(2).split('/').map(decodeURIComponent);
  if (id !== undefined) {
    session.collection = collection;
    return personPage(main, signal, { id, ...page });
  }
  const state = kept('people', () => ({
    collection: session.collection,
    search: '',
    sort: 'id',
    withoutFace: false,
    scroll: 0,
    selected: new Map(),
  }));
  // Those who were selected in another collection are not the people of this one.
  if (state.collection !== session.collection) state.selected.clear();
  state.collection = session.collection;
  let source;
  /** The list that is asked for, and not there yet. */
  let next;
  /** Whether an answer is on its way, and another wish was made meanwhile: one question at a time, and none waits for a pause. */
  let isAsking = false;
  let isOutdated = false;
  let passing;
  let lastMove = 0;

  const search = labelled(
    t('people.search'),
    h('input', { type: 'search', autocomplete: 'off', value: state.search, oninput: ask }),
  );
  const sort = labelled(
    t('people.sort'),
    h(
      'select',
      { onchange: ask },
      SORTS.map((value) => h('option', { value, selected: value === state.sort }, t(`people.sort-${value}`))),
    ),
  );
  const bare = labelled(
    t('people.without-face'),
    h('input', { type: 'checkbox', checked: state.withoutFace, onchange: ask }),
  );
  const status = h('p', { role: 'status', class: 'hint' });
  const again = h('button', { type: 'button', hidden: true, onclick: () => show() }, t('again'));
  const place = h('div');
  const bar = selectionBar({ selected: state.selected, everybody, onChange: show, onSelection: redraw });
  const list = windowList({
    label: t('nav.people'),
    rowHeight: 84,
    minWidth: 250,
    signal,
    onRange: (from, to) => {
      clearTimeout(passing);
      const isJump = performance.now() - lastMove > MOVING;
      lastMove = performance.now();
      passing = setTimeout(() => source?.want(from, to), isJump ? 0 : REST);
    },
    item: (index) => personCard(source?.at(index), { selected: state.selected, onSelection: () => bar.show() }),
  });
  const exports = ['csv', 'xlsx'].map((kind) =>
    iconButton('download', kind.toUpperCase(), {
      'aria-label': t('people.export', { kind: kind.toUpperCase() }),
      onclick: () =>
        download(
          `/admin/v1/users.${kind}?${new URLSearchParams({ collection: session.collection })}`,
          `people.${kind}`,
        ).catch(toastRefusal),
    }),
  );
  const tools = h(
    'div',
    { class: 'row end' },
    mayDo('enrol') && iconButton('upload', t('people.import'), { onclick: () => importList(imported) }),
    exports,
  );
  main.append(
    h('div', { class: 'toolbar' }, search.field, collectionChoice({ onChange: anew }), sort.field, bare.field, tools),
    h('div', { class: 'row list-head' }, status, again, bar.element),
    place,
  );
  signal.addEventListener('abort', () => {
    state.scroll = window.scrollY;
    source?.stop();
    next?.stop();
  });
  show(state.scroll);

  function ask() {
    state.search = search.input.value;
    state.sort = sort.input.value;
    state.withoutFace = bare.input.checked;
    if (isAsking) isOutdated = true;
    else show();
  }

  function answered() {
    isAsking = false;
    if (isOutdated && !signal.aborted) show();
  }

  function anew() {
    state.collection = session.collection;
    state.selected.clear();
    show();
  }

  /** The list from its beginning, or where somebody was. */
  function show(scroll = 0) {
    again.hidden = true;
    isAsking = true;
    isOutdated = false;
    source?.stop();
    next?.stop();
    if (!list.element.isConnected) place.replaceChildren(...skeletons(8, 'row-high'));
    bar.show();
    const mine = peopleSource(state, {
      onTotal: (total) => {
        source = mine;
        say(total);
        if (total > 0 && !list.element.isConnected) place.replaceChildren(list.element);
        list.reset(total);
        if (Number(scroll) > 0) window.scrollTo(0, Number(scroll));
        answered();
      },
      onChunk: (from, to) => list.refresh(from, to),
      onError: (error) => {
        status.textContent = refusalInWords(error);
        again.hidden = false;
        if (!list.element.isConnected) place.replaceChildren();
        answered();
      },
    });
    next = mine;
    mine.want(0, 1);
  }

  function imported(words) {
    toast(words, { kind: 'good' });
    show();
  }

  function say(total) {
    const isAll = state.search === '' && !state.withoutFace;
    status.textContent = total > 0 ? t(isAll ? 'people.all' : 'people.count', { n: inDigits(total) }) : '';
    if (total > 0) return;
    const enrol =
      mayDo('enrol') && isAll && h('a', { class: 'button primary', href: '#/enrol' }, t('collections.first'));
    place.replaceChildren(emptyState('users', t(isAll ? 'people.empty' : 'people.none'), enrol || ''));
    status.append(h('span', { class: 'visually-hidden' }, t(isAll ? 'people.empty' : 'people.none')));
  }

  /** Those of the list that have come, for "select all". */
  function everybody() {
    return source?.known ?? [];
  }

  function redraw() {
    list.refresh(0, everybody().length + 1000);
  }
}
