import { h, labelled } from '../dom.js';
import { call, session } from '../session.js';
import { refusalInWords, t } from '../words.js';

/** Asks for a new name. `done` is called after it was saved. */
export function rename({ id, name }, done) {
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
    { class: 'wide', 'aria-label': t('people.rename.of', { id }), onclose: () => dialog.remove() },
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
