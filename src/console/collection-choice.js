import { h, labelled } from './dom.js';
import { admin, session } from './session.js';
import { t } from './words.js';

/** The collection that a page works on, which the other pages then take up. */
export function collectionChoice(onChange = () => {}) {
  const names = h('datalist', { id: 'collections' });
  const input = h('input', {
    value: session.collection,
    list: 'collections',
    autocomplete: 'off',
    placeholder: t('collection.default'),
    onchange: () => {
      session.collection = input.value;
      onChange();
    },
  });
  const { field } = labelled(t('collection.name'), input, t('collection.hint'));
  field.append(names);
  if (!session.status.readOnly) {
    admin('GET', '/collections').then(
      (found) => names.append(...found.map(({ collection }) => h('option', { value: collection }))),
      () => undefined,
    );
  }
  return field;
}

/** How a collection is shown. */
export function collectionTitle(name) {
  return name === '' ? t('collection.default') : name;
}
