import { collectionTitle } from '../collection-choice.js';
import { confirmed, h } from '../dom.js';
import { admin, call, session } from '../session.js';
import { actions, listTable } from '../table.js';
import { refusalInWords, t } from '../words.js';

const heads = ['collection.name', 'collections.users', 'collections.faces', 'collections.actions'];

export async function collectionsPage(main, signal) {
  const status = h('p', { role: 'status' }, t('loading'));
  const list = h('div');
  main.append(status, list);
  await show();

  async function show() {
    try {
      const collections = await admin('GET', '/collections');
      if (signal.aborted) return;
      status.textContent = collections.length === 0 ? t('collections.none') : '';
      list.replaceChildren(collections.length > 0 ? listTable(heads, collections.map(row)) : '');
    } catch (error) {
      status.textContent = refusalInWords(error);
    }
  }

  function row({ collection, users, faces }) {
    const name = collectionTitle(collection);
    const open = () => {
      session.collection = collection;
      location.hash = '#/people';
    };
    const remove = async () => {
      const question = t('collections.delete?', { name, users, faces });
      if (!(await confirmed(question, t('delete'), t('cancel')))) return;
      await call('DELETE', '/delete_collection', { collection }).catch((error) => alert(refusalInWords(error)));
      await show();
    };
    return h(
      'tr',
      {},
      h('th', { scope: 'row' }, name),
      h('td', { class: 'number' }, users.toLocaleString()),
      h('td', { class: 'number' }, faces.toLocaleString()),
      actions([
        { text: t('collections.open'), label: `${t('collections.open')}: ${name}`, onclick: open },
        { text: t('delete'), label: `${t('delete')}: ${name}`, danger: true, onclick: remove },
      ]),
    );
  }
}
