import { h, labelled } from './dom.js';
import { admin, mayDo, session } from './session.js';
import { t } from './words.js';

/**
 * The collection that a page works on, which the other pages then take up: one of those that there are, or, on a page
 * that `makes` them, any name.
 * @param {{onChange?: () => void, makes?: boolean}} options
 */
export function collectionChoice({ onChange = () => {}, makes = false }) {
  // At once: a photo may be pasted while the name is still being typed.
  const listeners = { oninput: (event) => (session.collection = event.target.value), onchange: () => onChange() };
  // A key that may not list cannot ask which there are.
  return makes || !mayDo('list') ? typed(listeners, makes) : oneOf(listeners);
}

function typed(listeners, makes) {
  const names = h('datalist', { id: 'collections' });
  const input = h('input', {
    value: session.collection,
    list: 'collections',
    autocomplete: 'off',
    placeholder: t('collection.default'),
    ...listeners,
  });
  const { field } = labelled(t('collection.name'), input, t(makes ? 'collection.hint-new' : 'collection.hint'));
  field.append(names);
  if (makes) namesOfCollections().then((found) => names.append(...found.map((value) => h('option', { value }))));
  return field;
}

function oneOf(listeners) {
  const option = (name) => h('option', { value: name, selected: name === session.collection }, collectionTitle(name));
  const select = h('select', listeners, option(session.collection));
  namesOfCollections().then((found) =>
    select.replaceChildren(...[...new Set([...found, session.collection])].map(option)),
  );
  return labelled(t('collection.name'), select).field;
}

/** None where the server does not tell: the page says so when it asks for more. */
function namesOfCollections() {
  return admin('GET', '/collections').then(
    (found) => found.map(({ collection }) => collection),
    () => [],
  );
}

/** How a collection is shown. */
export function collectionTitle(name) {
  return name === '' ? t('collection.default') : name;
}
