import { h, labelled } from '../dom.js';
import { admin, adminPost, session } from '../session.js';
import { openDialog } from '../ui/dialog.js';
import { portrait } from '../ui/portrait.js';
import { toast } from '../ui/toast.js';
import { t } from '../words.js';
import { facesChip } from './person-card.js';

/** Faces of each that stand beside each other. */
const SHOWN = 6;

/** People beside each other, with their faces. @param {import('./source.js').Person[]} people */
export function sideBySide(people, under = (_person) => /** @type {any} */ ('')) {
  return h(
    'div',
    { class: 'side-by-side' },
    people.map((person) =>
      h(
        'section',
        { class: 'card' },
        portrait(person, 'huge'),
        h('strong', {}, h('bdi', {}, person.name || person.id)),
        h('small', { class: 'hint' }, h('bdi', {}, person.id)),
        facesChip(person.faces),
        moreFaces(person),
        under(person),
      ),
    ),
  );
}

/** @param {import('./source.js').Person} person */
function moreFaces({ id, name, faces, portrait: first }) {
  const strip = h('div', { class: 'row strip' });
  if (faces < 2 || !first) return strip;
  admin('GET', '/faces', { collection: session.collection, id }).then(
    (all) => {
      const others = all.filter(({ face, hasPhoto }) => hasPhoto && face !== first).slice(0, SHOWN);
      strip.append(...others.map(({ face }) => portrait({ id, name, portrait: face })));
    },
    () => {},
  );
  return strip;
}

/** Asks which of several people stays, and gives it the faces of the others. @param {any[]} people 2 to 6 */
export function merge(people, done) {
  let kept = people.reduce((most, one) => (one.faces > most.faces ? one : most));
  const name = labelled(
    t('people.merged-name'),
    h('input', { value: kept.name, maxlength: '1024', autocomplete: 'off', required: true }),
  );
  const choice = (person) =>
    labelled(
      t('people.keep-id', { id: person.id }),
      h('input', {
        type: 'radio',
        name: 'kept',
        checked: person === kept,
        onchange: () => {
          kept = person;
          name.input.value = person.name;
        },
      }),
    ).field;
  openDialog({
    title: t('people.merge-title'),
    wide: true,
    content: [h('p', {}, t('people.merge-text')), sideBySide(people, choice), name.field],
    submit: t('people.merge'),
    onsubmit: async () => {
      const from = people.filter((one) => one !== kept).map(({ id }) => id);
      const body = { collection: session.collection, id: kept.id, from, name: name.input.value };
      const { id, faces } = await adminPost('/users/merge', body);
      toast(t('people.merged', { id, n: faces }), { kind: 'good' });
      await done(id);
    },
  });
}
