import { h } from '../dom.js';
import { changeId, deletePeople, moveOrCopy, rename } from '../people/actions.js';
import { faceGrid } from '../people/face-grid.js';
import { facesChip, personHref } from '../people/person-card.js';
import { admin, mayDo, session } from '../session.js';
import { icon } from '../ui/icon.js';
import { keptValue } from '../ui/kept.js';
import { iconButton, skeletons } from '../ui/parts.js';
import { portrait } from '../ui/portrait.js';
import { refusalInWords, t } from '../words.js';

/** One person: picture, name, what can be done, and the faces. */
export async function personPage(main, signal, { id, render }) {
  const collection = session.collection;
  const place = h('div', {}, skeletons(3, 'row-high'));
  const back = h('a', { href: '#/people', class: 'back' }, icon('arrow-left'), t('people.back'));
  const heading = main.querySelector('h1');
  heading.textContent = id;
  main.prepend(back);
  main.append(place);
  try {
    const [faces, person] = await Promise.all([admin('GET', '/faces', { collection, id }), personOf(collection, id)]);
    if (signal.aborted) return;
    show({ ...person, faces: faces.length }, faces);
  } catch (error) {
    if (signal.aborted) return;
    const again = h('button', { type: 'button', onclick: () => render() }, t('again'));
    place.replaceChildren(h('p', { role: 'alert', class: 'note bad' }, refusalInWords(error)), again);
  }

  function show(person, faces) {
    heading.replaceChildren(h('bdi', {}, person.name || id));
    const away = () => {
      location.hash = '#/people';
    };
    const toId = (other) => {
      location.hash = personHref(other);
    };
    const add = () => {
      keptValue('enrol.id', id);
      keptValue('enrol.name', '');
      location.hash = '#/enrol';
    };
    const actions = [
      mayDo('enrol') && iconButton('user-plus', t('people.add-photos'), { class: 'primary', onclick: add }),
      mayDo('enrol') && iconButton('pencil', t('people.rename'), { onclick: () => rename(person, render) }),
      mayDo('enrol') && iconButton('key-round', t('people.change-id'), { onclick: () => changeId(person, toId) }),
      mayDo('enrol') &&
        mayDo('delete') &&
        iconButton('move', t('people.move'), { onclick: () => moveOrCopy([id], { copy: false }, away) }),
      mayDo('enrol') &&
        iconButton('copy', t('people.copy'), { onclick: () => moveOrCopy([id], { copy: true }, render) }),
      mayDo('delete') &&
        iconButton('trash', t('delete'), { class: 'danger', onclick: () => deletePeople([person], away) }),
    ];
    place.replaceChildren(
      h(
        'div',
        { class: 'card person-head' },
        portrait(person, 'huge'),
        h(
          'div',
          {},
          h('p', { class: 'hint' }, t('people.id'), ' ', h('bdi', { class: 'id' }, id), ' · ', facesChip(person.faces)),
          h('div', { class: 'row' }, actions),
        ),
      ),
      faceGrid(person, faces, signal, render),
    );
  }
}

/** By its id to the letter, which a search for a part of it also finds. */
async function personOf(collection, id) {
  const { users } = await admin('GET', '/users', { collection, search: id, limit: 200 });
  return users.find((one) => one.id === id) ?? { id, name: id, faces: 0, portrait: null };
}
