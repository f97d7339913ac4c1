import { collectionTitle } from '../collection-choice.js';
import { h } from '../dom.js';
import { admin, call, session } from '../session.js';
import { actions, listTable } from '../table.js';
import { confirmed } from '../ui/dialog.js';
import { toastRefusal } from '../ui/toast.js';
import { inDigits, refusalInWords, t } from '../words.js';

/** @type {import('../table.js').Column[]} */
const columns = [
  { text: 'collection.name' },
  { text: 'collections.users', kind: 'count' },
  { text: 'collections.faces', kind: 'count' },
  { text: 'collections.actions', kind: 'actions' },
];

export async function collectionsPage(main, signal) {
  const status = h('p', { role: 'status' }, t('loading'));
  const list = h('div');
  const again = h('button', { type: 'button', hidden: true, onclick: () => show() }, t('again'));
  const first = h('a', { href: '#/enrol', class: 'button primary', hidden: true }, t('collections.first'));
  main.append(status, again, first, list);
  await show();

  async function show() {
    again.hidden = true;
    try {
      const collections = await admin('GET', '/collections');
      if (signal.aborted) return;
      status.textContent = collections.length === 0 ? t('collections.none') : '';
      first.hidden = collections.length > 0;
      list.replaceChildren(collections.length > 0 ? listTable(columns, collections.map(row)) : '');
    } catch (error) {
      status.textContent = refusalInWords(error);
      again.hidden = false;
    }
  }

  function row({ collection, users, faces }) {
    const name = collectionTitle(collection);
    const open = () => {
      session.collection = collection;
      location.hash = '#/people';
    };
    const remove = async () => {
      const text = t('collections.delete?', { users, faces });
      const asked = { text, yes: t('delete'), danger: true, typed: name };
      if (!(await confirmed(t('collections.delete', { name }), asked))) return;
      await call('DELETE', '/delete_collection', { collection }).catch(toastRefusal);
      await show();
    };
    return h(
      'tr',
      {},
      h('th', { scope: 'row' }, h('bdi', {}, name)),
      h('td', { class: 'number' }, inDigits(users)),
      h('td', { class: 'number' }, inDigits(faces)),
      actions([
        { text: t('collections.open'), label: `${t('collections.open')}: ${name}`, onclick: open },
        { text: t('delete'), label: `${t('delete')}: ${name}`, danger: true, onclick: remove },
      ]),
    );
  }
}
