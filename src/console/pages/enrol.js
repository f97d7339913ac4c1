import { collectionChoice } from '../collection-choice.js';
import { h, labelled } from '../dom.js';
import { enrolQueue, facesOf } from '../enrol-queue.js';
import { photoInput } from '../photo-input.js';
import { session } from '../session.js';
import { t } from '../words.js';

export function enrolPage(main, signal) {
  const text = (props = {}) => h('input', { autocomplete: 'off', maxlength: '1024', ...props });
  const id = labelled(t('enrol.id'), text({ onchange: sayWhetherKnown }), t('enrol.id-hint'));
  const name = labelled(t('enrol.name'), text(), t('enrol.name-hint'));
  const known = h('p', { role: 'status', class: 'note', hidden: true });
  const person = h('div', {}, h('div', { class: 'form-row' }, id.field, name.field), known);
  const choose = (isEach) => {
    person.hidden = isEach;
    next.hidden = isEach;
  };
  const radio = (isEach) =>
    h('input', { type: 'radio', name: 'who', checked: !isEach, onchange: () => choose(isEach) });
  const one = labelled(t('enrol.one'), radio(false));
  const each = labelled(t('enrol.each'), radio(true));
  const card = labelled(t('enrol.card'), h('input', { type: 'checkbox' }));
  const trouble = h('p', { role: 'alert', class: 'bad' });
  const go = h('button', { class: 'primary', hidden: true }, t('enrol.go'));
  const next = h('button', { type: 'button', onclick: nextPerson }, t('enrol.next'));
  const after = h('div', { class: 'row', hidden: true }, next, h('a', { href: '#/people' }, t('enrol.see')));
  const queue = enrolQueue();
  /** Photos that came before the id of their person. */
  let held = [];

  main.append(
    h(
      'form',
      { class: 'card', onsubmit: submit },
      collectionChoice({ makes: true }),
      h('fieldset', {}, h('legend', {}, t('enrol.who')), one.field, each.field),
      person,
      card.field,
      photoInput({ multiple: true, onPhotos: take, signal }),
      h('p', { class: 'hint' }, t('enrol.at-once')),
      trouble,
      go,
    ),
    after,
    queue.element,
  );
  signal.addEventListener('abort', () => forget());
  queue.whenIdle(() => {
    after.hidden = queue.size === 0;
  });

  function take(photos, tell) {
    held.push(...queue.show(photos, tell));
    sendHeld();
  }

  function submit(event) {
    event.preventDefault();
    sendHeld();
  }

  function sendHeld() {
    const needsId = held.length > 0 && one.input.checked && id.input.value === '';
    trouble.textContent = needsId ? t('enrol.need-id') : '';
    go.hidden = !needsId;
    if (needsId) {
      for (const { tell } of held) tell(t('enrol.need-id-note'));
      id.input.focus();
      return;
    }
    for (const entry of held) queue.send(entry, { ...whoIsOn(entry.photo), ...how() });
    if (held.length > 0) after.hidden = true;
    held = [];
  }

  /** Somebody else's id is easily taken for a free one. */
  async function sayWhetherKnown() {
    const asked = id.input.value;
    known.hidden = true;
    if (asked === '') return;
    const faces = await facesOf(session.collection, asked).catch(() => undefined);
    if (!faces || signal.aborted || id.input.value !== asked) return;
    known.textContent = t('enrol.known', { id: asked, n: faces.length });
    known.hidden = false;
  }

  function whoIsOn(photo) {
    const stem = photo.name.replace(/\.[^.]+$/, '');
    if (each.input.checked) return { id: stem, name: stem, isNamed: false };
    return { id: id.input.value, name: name.input.value || id.input.value, isNamed: name.input.value !== '' };
  }

  function how() {
    return { collection: session.collection, allowCard: card.input.checked };
  }

  function forget() {
    for (const { item } of held) item.remove();
    held = [];
  }

  function nextPerson() {
    forget();
    queue.clear();
    sendHeld();
    after.hidden = true;
    id.input.value = '';
    known.hidden = true;
    name.input.value = '';
    id.input.focus();
  }
}
