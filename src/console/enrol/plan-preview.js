import { blobUrl, h, labelled } from '../dom.js';
import { iconButton } from '../ui/parts.js';
import { inDigits, t } from '../words.js';
import { planOf } from './plan.js';
import { facesOf } from './queue.js';

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
      },
    });
    const pictures = person.photos
      .slice(0, 4)
      .map((photo) => h('img', { src: blobUrl(photo, signal), alt: photo.name, class: 'small', loading: 'lazy' }));
    const state = h('small', { class: 'hint' }, t('plan.photos', { n: person.photos.length }));
    return { person, state, element: h('div', { class: 'plan-row' }, h('div', { class: 'row' }, pictures), id, state) };
  }

  async function lookUp() {
    for (const { person, state } of rows.slice(0, LOOKED_UP)) {
      if (signal.aborted) return;
      const faces = await facesOf(collection, person.id).catch(() => undefined);
      const words = faces ? t('plan.known', { n: faces.length }) : t('plan.new');
      state.textContent = `${t('plan.photos', { n: person.photos.length })} · ${words}`;
    }
  }
}
