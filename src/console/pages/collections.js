import { collectionTitle } from '../collection-choice.js';
import { confirmed, h } from '../dom.js';
import { admin, call, session } from '../session.js';
import { refusalInWords, t } from '../words.js';

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
      list.replaceChildren(collections.length > 0 ? table(collections) : '');
    } catch (error) {
      status.textContent = refusalInWords(error);
    }
  }

  function table(collections) {
    const heads = ['collection.name', 'collections.users', 'collections.faces', 'collections.actions'];
    return h(
      'div',
      { class: 'scroll' },
      h(
        'table',
        { class: 'list' },
        h(
          'thead',
          {},
          h(
            'tr',
            {},
            heads.map((name) => h('th', { scope: 'col' }, t(name))),
          ),
        ),
        h('tbody', {}, collections.map(row)),
      ),
    );
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
      h(
        'td',
        { class: 'row' },
        h(
          'button',
          { type: 'button', onclick: open, 'aria-label': `${t('collections.open')}: ${name}` },
          t('collections.open'),
        ),
        h(
          'button',
          { type: 'button', class: 'danger', onclick: remove, 'aria-label': `${t('delete')}: ${name}` },
          t('delete'),
        ),
      ),
    );
  }
}
