import { h } from '../dom.js';
import { session } from '../session.js';
import { portrait } from '../ui/portrait.js';
import { inDigits, t } from '../words.js';

/** The address of a person's page. */
export function personHref(id, collection = session.collection) {
  return `#/people/${encodeURIComponent(collection)}/${encodeURIComponent(id)}`;
}

/** How many faces somebody has; none is worth a warning, since no search finds such a person. */
export function facesChip(faces) {
  return h(
    'span',
    { class: faces === 0 ? 'chip warn' : 'hint' },
    faces < 2 ? t(faces === 0 ? 'people.no-face' : 'people.one-face') : t('people.n-faces', { n: inDigits(faces) }),
  );
}

/**
 * A person of the list with a box to select them; a grey shape while they are on their way.
 * @param {import('./source.js').Person | undefined} person
 * @param {{selected: Map<string, any>, onSelection: () => void}} options
 */
export function personCard(person, { selected, onSelection }) {
  if (!person) return h('div', { class: 'person skeleton', 'aria-hidden': 'true' });
  const { id, name, faces } = person;
  const choose = (event) => {
    if (event.target.checked) selected.set(id, person);
    else selected.delete(id);
    card.classList.toggle('selected', event.target.checked);
    onSelection();
  };
  const card = h(
    'div',
    { class: selected.has(id) ? 'person selected' : 'person' },
    h('input', {
      type: 'checkbox',
      checked: selected.has(id),
      'aria-label': t('people.select', { id }),
      onchange: choose,
    }),
    h(
      'a',
      { href: personHref(id) },
      portrait(person),
      h(
        'span',
        { class: 'who' },
        h('strong', {}, h('bdi', {}, name || id)),
        h('small', { class: 'hint' }, h('bdi', {}, id)),
        facesChip(faces),
      ),
    ),
  );
  return card;
}
