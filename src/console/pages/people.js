import { collectionChoice } from '../collection-choice.js';
import { confirmed, h, labelled } from '../dom.js';
import { admin, call, session } from '../session.js';
import { actions, listTable } from '../table.js';
import { refusalInWords, t } from '../words.js';
import { facesOf } from './faces.js';

const PAGE = 25;
const heads = ['people.id', 'people.name', 'people.faces', 'collections.actions'];

export async function peoplePage(main, signal) {
  let offset = 0;
  let asked = 0;
  const search = labelled(
    t('people.search'),
    h('input', { type: 'search', autocomplete: 'off', oninput: () => first() }),
  );
  const status = h('p', { role: 'status' }, t('loading'));
  const list = h('div');
  const pager = h('nav', { class: 'row', 'aria-label': t('nav.people') });
  main.append(h('div', { class: 'card form-row' }, collectionChoice(first), search.field), status, list, pager);
  await show();

  function first() {
    offset = 0;
    return show();
  }

  async function show() {
    const turn = ++asked;
    try {
      const query = { collection: session.collection, search: search.input.value, offset, limit: PAGE };
      const { total, users } = await admin('GET', '/users', query);
      // A slower answer to an earlier question does not overwrite this one.
      if (signal.aborted || turn !== asked) return;
      const to = offset + users.length;
      status.textContent = total === 0 ? t('people.none') : t('people.count', { n: total, from: offset + 1, to });
      list.replaceChildren(users.length > 0 ? listTable(heads, users.flatMap(rows)) : '');
      pager.replaceChildren(turnTo('people.before', offset - PAGE, offset > 0), turnTo('people.next', to, to < total));
    } catch (error) {
      status.textContent = refusalInWords(error);
    }
  }

  function turnTo(name, where, possible) {
    const go = () => {
      offset = Math.max(0, where);
      return show();
    };
    return h('button', { type: 'button', disabled: !possible, onclick: go }, t(name));
  }

  function rows(user) {
    const { id, name } = user;
    const more = h('tr', { hidden: true });
    const open = h(
      'button',
      {
        type: 'button',
        'aria-expanded': 'false',
        'aria-label': `${t('people.show', { id })}: ${user.faces}`,
        onclick: async () => {
          more.hidden = !more.hidden;
          open.setAttribute('aria-expanded', String(!more.hidden));
          if (!more.hidden) await facesOf(user, more, signal, show);
        },
      },
      String(user.faces),
    );
    const remove = async () => {
      if (!(await confirmed(t('people.delete?', { id, name }), t('delete'), t('cancel')))) return;
      await call('DELETE', '/delete', { collection: session.collection, id }).catch((error) =>
        alert(refusalInWords(error)),
      );
      await show();
    };
    const main = h(
      'tr',
      {},
      h('th', { scope: 'row' }, h('bdi', {}, id)),
      h('td', {}, h('bdi', {}, name)),
      h('td', {}, open),
      actions([
        { text: t('people.rename'), label: t('people.rename.of', { id }), onclick: () => rename(user, show) },
        { text: t('delete'), label: t('people.delete.of', { id }), danger: true, onclick: remove },
      ]),
    );
    return [main, more];
  }
}

/** Asks for a new name. */
function rename({ id, name }, done) {
  const input = h('input', { value: name, required: true, maxlength: '1024', autocomplete: 'off' });
  const trouble = h('p', { role: 'alert', class: 'bad' });
  const save = async (event) => {
    event.preventDefault();
    try {
      await call('POST', '/create', { collection: session.collection, id, name: input.value });
      dialog.close();
      await done();
    } catch (error) {
      trouble.textContent = refusalInWords(error);
    }
  };
  const dialog = h(
    'dialog',
    { 'aria-label': t('people.rename.of', { id }), onclose: () => dialog.remove() },
    h(
      'form',
      { onsubmit: save },
      labelled(t('people.rename.of', { id }), input).field,
      trouble,
      h(
        'div',
        { class: 'row end' },
        h('button', { type: 'button', onclick: () => dialog.close() }, t('cancel')),
        h('button', { class: 'primary' }, t('save')),
      ),
    ),
  );
  document.body.append(dialog);
  dialog.showModal();
}
