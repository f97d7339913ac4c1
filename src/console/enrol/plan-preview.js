import { blobUrl, h, labelled } from '../dom.js';
import { iconButton } from '../ui/parts.js';
import { inDigits, t } from '../words.js';
import { knownPerson } from './known-person.js';
import { planOf } from './plan.js';

/** People whose ids are looked up, so that a wrong mapping shows before anything is sent. */
const LOOKED_UP = 100;

/**
 * Shows whose photo each file would be, before anything is sent.
 * @param {{files: File[], rule: import('./plan.js').Rule}} plan
 * @param {{collection: string, signal: AbortSignal, onGo: (people: import('./plan.js').Planned[]) => void, onDrop: () => void, onRule: () => void}} options
 */
export function planPreview(plan, { collection, signal, onGo, onDrop, onRule }) {
  const people = planOf(plan.files, plan.rule);
  const rules = /** @type {const} */ (['file', 'folder']).map((rule) => {
    const choose = () => {
      plan.rule = rule;
      onRule();
    };
    const input = h('input', { type: 'radio', name: 'rule', checked: rule === plan.rule, onchange: choose });
    return labelled(t(`plan.by-${rule}`), input).field;
  });
  const rows = people.map(row);
  lookUp();
  return h(
    'section',
    { class: 'card', 'aria-label': t('plan.title') },
    h('h2', {}, t('plan.title')),
    h('fieldset', {}, h('legend', {}, t('plan.rule')), rules),
    h(
      'p',
      { role: 'status' },
      t('plan.count', { people: inDigits(people.length), photos: inDigits(plan.files.length) }),
    ),
    h(
      'div',
      { class: 'plan' },
      rows.map(({ element }) => element),
    ),
    h(
      'div',
      { class: 'row end' },
      h('button', { type: 'button', onclick: onDrop }, t('cancel')),
      iconButton('user-plus', t('plan.go', { n: inDigits(people.length) }), {
        class: 'primary',
        onclick: () => onGo(people.filter(({ id }) => id !== '')),
      }),
    ),
  );

  function row(person) {
    const id = h('input', {
      value: person.id,
      'aria-label': t('plan.id-of', { name: person.id }),
      autocomplete: 'off',
      maxlength: '1024',
      oninput: () => {
        person.id = id.value;
        made.isTyped = true;
      },
      onchange: () => say(made),
    });
    const pictures = person.photos
      .slice(0, 4)
      .map((photo) => h('img', { src: blobUrl(photo, signal), alt: photo.name, class: 'small', loading: 'lazy' }));
    const state = h('div', { class: 'who' }, h('small', { class: 'hint' }, photosOf(person)));
    const element = h('div', { class: 'plan-row' }, h('div', { class: 'row' }, pictures), id, state);
    const made = { person, called: person.name, isTyped: false, id, state, element };
    return made;
  }

  async function lookUp() {
    for (const one of rows.slice(0, LOOKED_UP)) {
      if (signal.aborted) return;
      await say(one);
    }
  }

  /** Who it is, where they are in the list: also those whose photo is called by their name. */
  async function say({ person, called, isTyped, id, state }) {
    const asked = person.id;
    const wanted = { id: asked, name: isTyped ? asked : called };
    const found = asked && (await knownPerson(collection, wanted).catch(() => undefined));
    if (person.id !== asked) return;
    Object.assign(person, found ? { id: found.id, name: found.name } : { name: called });
    id.value = person.id;
    const words = !found ? t('plan.new') : found.faces === 0 ? t('plan.listed') : t('plan.known', { n: found.faces });
    state.replaceChildren(
      found ? h('strong', {}, h('bdi', {}, found.name)) : '',
      h('small', { class: 'hint' }, `${words} · ${photosOf(person)}`),
    );
  }

  function photosOf({ photos }) {
    return photos.length === 1 ? t('plan.one-photo') : t('plan.photos', { n: photos.length });
  }
}
