import { collectionTitle } from '../collection-choice.js';
import { h } from '../dom.js';
import { admin, adminPost, mayDo, session } from '../session.js';
import { confirmed } from '../ui/dialog.js';
import { download } from '../ui/download.js';
import { icon } from '../ui/icon.js';
import { emptyState, iconButton, skeletons } from '../ui/parts.js';
import { toast, toastRefusal } from '../ui/toast.js';
import { inDigits, refusalInWords, t } from '../words.js';

export async function collectionsPage(main, signal) {
  const status = h('p', { role: 'status' });
  const list = h('ul', { class: 'collections', 'aria-label': t('nav.collections') }, skeletons(3, 'row-high'));
  const again = h('button', { type: 'button', hidden: true, onclick: () => show() }, t('again'));
  const none = h('div');
  main.append(status, again, list, none);
  await show();

  async function show() {
    again.hidden = true;
    try {
      const collections = await admin('GET', '/collections');
      if (signal.aborted) return;
      status.textContent = '';
      list.replaceChildren(...collections.map(item));
      const enrol = mayDo('enrol') ? h('a', { href: '#/enrol', class: 'button primary' }, t('collections.first')) : '';
      none.replaceChildren(collections.length > 0 ? '' : emptyState('folder-open', t('collections.none'), enrol));
    } catch (error) {
      list.replaceChildren();
      status.textContent = refusalInWords(error);
      again.hidden = false;
    }
  }

  function item({ collection, users, faces }) {
    const name = collectionTitle(collection);
    const open = () => {
      session.collection = collection;
      location.hash = '#/people';
    };
    const save = (kind) =>
      download(
        `/admin/v1/users.${kind}?${new URLSearchParams({ collection })}`,
        `${collection || 'people'}.${kind}`,
      ).catch(toastRefusal);
    const remove = async () => {
      const text = t('collections.delete?', { users, faces });
      const asked = { text, yes: t('delete'), danger: true, typed: name };
      if (!(await confirmed(t('collections.delete', { name }), asked))) return;
      try {
        await adminPost('/collections/delete', { collection, confirm: collection });
        toast(t('collections.deleted', { name }), { kind: 'good' });
      } catch (error) {
        toastRefusal(error);
      }
      await show();
    };
    const counts = t('collections.counts', { users: inDigits(users), faces: inDigits(faces) });
    return h(
      'li',
      { class: 'card' },
      icon('folder'),
      h('div', { class: 'who' }, h('strong', {}, h('bdi', {}, name)), h('small', { class: 'hint' }, counts)),
      h(
        'div',
        { class: 'row' },
        iconButton('users', t('collections.open'), {
          'aria-label': `${t('collections.open')}: ${name}`,
          onclick: open,
        }),
        iconButton('download', 'XLSX', {
          'aria-label': `${t('people.export', { kind: 'XLSX' })}: ${name}`,
          onclick: () => save('xlsx'),
        }),
        mayDo('delete') &&
          iconButton('trash', t('delete'), {
            class: 'danger',
            'aria-label': `${t('delete')}: ${name}`,
            onclick: remove,
          }),
      ),
    );
  }
}
