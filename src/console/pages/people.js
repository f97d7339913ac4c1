import { collectionChoice } from '../collection-choice.js';
import { h, labelled } from '../dom.js';
import { admin, call, session } from '../session.js';
import { actions, listTable } from '../table.js';
import { confirmed } from '../ui/dialog.js';
import { toastRefusal } from '../ui/toast.js';
import { inDigits, refusalInWords, t } from '../words.js';
import { facesOf } from './faces.js';
import { rename } from './rename.js';

const PAGE = 25;
/** @type {import('../table.js').Column[]} */
const columns = [
  { text: 'people.id', kind: 'id' },
  { text: 'people.name' },
  { text: 'people.faces', kind: 'count' },
  { text: 'collections.actions', kind: 'actions' },
];

export async function peoplePage(main, signal) {
  let offset = 0;
  let asked = 0;
  const search = labelled(
    t('people.search'),
    h('input', { type: 'search', autocomplete: 'off', oninput: () => first() }),
  );
  const status = h('p', { role: 'status' }, t('loading'));
  const again = h('button', { type: 'button', hidden: true, onclick: () => show() }, t('again'));
  const list = h('div');
  const pager = h('nav', { class: 'row', 'aria-label': t('nav.people') });
  const choices = h('div', { class: 'card form-row' }, collectionChoice({ onChange: first }), search.field);
  main.append(choices, status, again, list, pager);
  await show();

  function first() {
    offset = 0;
    return show();
  }

  async function show() {
    const turn = ++asked;
    // A slower answer to an earlier question does not overwrite this one.
    const isOld = () => signal.aborted || turn !== asked;
    again.hidden = true;
    try {
      const query = { collection: session.collection, search: search.input.value, offset, limit: PAGE };
      const { total, users } = await admin('GET', '/users', query);
      if (isOld()) return;
      const to = offset + users.length;
      const count = { n: inDigits(total), from: inDigits(offset + 1), to: inDigits(to) };
      if (total > 0) status.textContent = t('people.count', count);
      else status.textContent = t(search.input.value === '' ? 'people.empty' : 'people.none');
      list.replaceChildren(users.length > 0 ? listTable(columns, users.flatMap(rows)) : '');
      const pages = [turnTo('people.before', offset - PAGE, offset > 0), turnTo('people.next', to, to < total)];
      pager.replaceChildren(...(total > PAGE ? pages : []));
    } catch (error) {
      if (isOld()) return;
      status.textContent = refusalInWords(error);
      again.hidden = false;
    }
  }

  function turnTo(name, where, possible) {
    const go = async () => {
      offset = Math.max(0, where);
      await show();
      status.scrollIntoView({ block: 'nearest' });
      // The buttons are new ones; the same is pressed again, as long as there are more pages.
      const buttons = [...pager.querySelectorAll('button:enabled')];
      (buttons.find((button) => button.textContent === t(name)) ?? buttons[0])?.focus({ preventScroll: true });
    };
    return h('button', { type: 'button', disabled: !possible, onclick: go }, t(name));
  }

  /** The table is made anew after a change, and what had the focus is gone with the old one. */
  async function afterChangeOf(label) {
    await show();
    const buttons = [...list.querySelectorAll('button')];
    (buttons.find((button) => button.getAttribute('aria-label') === label) ?? search.input).focus();
  }

  function rows(user) {
    const { id, name } = user;
    const more = h('tr', { hidden: true });
    const showLabel = `${t('people.show', { id })}: ${user.faces}`;
    const open = h(
      'button',
      {
        type: 'button',
        class: 'opens',
        'aria-expanded': 'false',
        'aria-label': showLabel,
        onclick: async () => {
          more.hidden = !more.hidden;
          open.setAttribute('aria-expanded', String(!more.hidden));
          if (!more.hidden) await facesOf(user, more, signal, () => afterChangeOf(showLabel));
        },
      },
      String(user.faces),
    );
    const renameLabel = t('people.rename.of', { id });
    const remove = async () => {
      if (!(await confirmed(t('people.delete?', { id, name }), { yes: t('delete'), danger: true }))) return;
      await call('DELETE', '/delete', { collection: session.collection, id }).catch(toastRefusal);
      await afterChangeOf('');
    };
    const main = h(
      'tr',
      {},
      h('th', { scope: 'row' }, h('bdi', {}, id)),
      h('td', {}, h('bdi', {}, name)),
      h('td', {}, open),
      actions([
        { text: t('people.rename'), label: renameLabel, onclick: () => rename(user, () => afterChangeOf(renameLabel)) },
        { text: t('delete'), label: t('people.delete.of', { id }), danger: true, onclick: remove },
      ]),
    );
    return [main, more];
  }
}
