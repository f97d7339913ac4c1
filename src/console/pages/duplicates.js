import { collectionChoice } from '../collection-choice.js';
import { h, labelled } from '../dom.js';
import { merge, sideBySide } from '../people/merge.js';
import { personHref } from '../people/person-card.js';
import { admin, adminPost, mayDo, session } from '../session.js';
import { keptInput } from '../ui/kept.js';
import { chip, emptyState, iconButton, skeletons } from '../ui/parts.js';
import { toast, toastRefusal } from '../ui/toast.js';
import { inDigits, refusalInWords, t } from '../words.js';

const PAGE = 20;
/** Milliseconds between two looks at a search for pairs that runs. */
const PAUSE = 1500;

/** Pairs of people who may be one, beside each other: to merge, or to keep apart. */
export function duplicatesPage(main, signal) {
  const number = h('input', {
    type: 'number',
    min: '0.8',
    max: '1',
    step: '0.01',
    value: '0.85',
    onchange: () => show(),
  });
  const least = labelled(t('duplicates.least'), keptInput('duplicates.least', number));
  const dismissed = labelled(
    t('duplicates.dismissed'),
    keptInput('duplicates.dismissed', h('input', { type: 'checkbox', onchange: () => show() })),
  );
  const progress = h('progress', { max: 1, value: 0, hidden: true, 'aria-label': t('duplicates.progress') });
  const status = h('p', { role: 'status', class: 'hint' });
  const start = iconButton('refresh-cw', t('duplicates.start'), { class: 'primary', onclick: begin });
  const list = h('div', { class: 'pairs' }, skeletons(2, 'row-high'));
  const more = h('button', { type: 'button', hidden: true, onclick: () => show(true) }, t('duplicates.more'));
  let pairs = [];
  let turn = 0;

  main.append(
    h('p', { class: 'hint' }, t('duplicates.intro')),
    h('div', { class: 'toolbar' }, collectionChoice({ onChange: () => show() }), least.field, dismissed.field, start),
    h('div', { class: 'progress' }, progress, status),
    list,
    more,
  );
  show();

  async function begin() {
    try {
      await adminPost('/duplicates', { collection: session.collection });
    } catch (error) {
      toastRefusal(error);
    }
    await show();
  }

  async function show(isMore = false) {
    const mine = ++turn;
    const query = {
      collection: session.collection,
      least: least.input.value,
      dismissed: String(dismissed.input.checked),
      offset: isMore ? pairs.length : 0,
      limit: PAGE,
    };
    try {
      const { scan, total, pairs: found } = await admin('GET', '/duplicates', query);
      if (signal.aborted || mine !== turn) return;
      pairs = isMore ? [...pairs, ...found] : found;
      sayScan(scan, total);
      more.hidden = pairs.length >= total;
      if (pairs.length > 0) list.replaceChildren(...pairs.map(pairCard));
      else if (scan.state === 'running') list.replaceChildren(...skeletons(1, 'row-high'));
      else
        list.replaceChildren(
          emptyState('git-merge', t(scan.state === 'none' ? 'duplicates.never' : 'duplicates.none')),
        );
      if (scan.state === 'running') setTimeout(() => !signal.aborted && mine === turn && show(), PAUSE);
    } catch (error) {
      if (signal.aborted || mine !== turn) return;
      status.textContent = refusalInWords(error);
      list.replaceChildren();
    }
  }

  function sayScan({ state, done, total: people }, total) {
    progress.hidden = state !== 'running';
    progress.max = Math.max(1, people);
    progress.value = done;
    start.disabled = state === 'running';
    const values = { done: inDigits(done), people: inDigits(people), n: inDigits(total) };
    status.textContent = state === 'none' ? '' : t(`duplicates.${state}`, values);
  }

  function pairCard({ similarity, people }) {
    const ids = people.map(({ id }) => id);
    const dismiss = async () => {
      try {
        const body = { collection: session.collection, ids, dismissed: !dismissed.input.checked };
        await adminPost('/duplicates/dismiss', body);
        toast(t(dismissed.input.checked ? 'duplicates.shown-again' : 'duplicates.is-dismissed'), { kind: 'good' });
      } catch (error) {
        toastRefusal(error);
      }
      await show();
    };
    const link = ({ id }) => h('a', { href: personHref(id) }, t('duplicates.open'));
    const label = dismissed.input.checked ? 'duplicates.show-again' : 'duplicates.dismiss';
    return h(
      'section',
      { class: 'card pair-card', 'aria-label': people.map(({ name, id }) => name || id).join(', ') },
      sideBySide(people, link),
      h(
        'div',
        { class: 'row' },
        chip(t('search.similarity', { n: (Math.floor(similarity * 1000) / 1000).toFixed(3) }), 'warn'),
        mayDo('enrol') &&
          mayDo('delete') &&
          iconButton('merge', t('people.merge'), { class: 'primary', onclick: () => merge(people, () => show()) }),
        mayDo('enrol') && iconButton('x', t(label), { onclick: dismiss }),
      ),
    );
  }
}
