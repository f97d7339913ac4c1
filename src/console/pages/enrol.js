import { collectionChoice } from '../collection-choice.js';
import { h, labelled } from '../dom.js';
import { ruleFor } from '../enrol/plan.js';
import { planPreview } from '../enrol/plan-preview.js';
import { enrolQueue, facesOf } from '../enrol/queue.js';
import { noteText, queueList } from '../enrol/queue-list.js';
import { importList } from '../people/import-list.js';
import { photoInput } from '../photo-input.js';
import { session } from '../session.js';
import { icon } from '../ui/icon.js';
import { kept, keptInput } from '../ui/kept.js';
import { iconButton } from '../ui/parts.js';
import { t } from '../words.js';

/** Photos of one person, or of many: each file or folder somebody else, which a preview shows first. */
export function enrolPage(main, signal) {
  const state = kept('enrol', () => ({ plan: /** @type {any} */ (undefined), listed: '' }));
  const queue = enrolQueue();
  const text = (props = {}) => h('input', { autocomplete: 'off', maxlength: '1024', ...props });
  const id = labelled(t('enrol.id'), keptInput('enrol.id', text({ onchange: sayWhetherKnown })), t('enrol.id-hint'));
  const name = labelled(t('enrol.name'), keptInput('enrol.name', text()), t('enrol.name-hint'));
  const known = h('p', { role: 'status', class: 'note', hidden: true });
  const person = h('div', {}, h('div', { class: 'form-row' }, id.field, name.field), known);
  const radio = (kind, checked) =>
    h('input', { type: 'radio', name: 'who', checked, onchange: () => choose(), value: kind });
  const one = labelled(t('enrol.one'), keptInput('enrol.one', radio('one', true)));
  const each = labelled(t('enrol.each'), keptInput('enrol.each', radio('each', false)));
  const card = labelled(t('enrol.card'), keptInput('enrol.card', h('input', { type: 'checkbox' })));
  const trouble = h('p', { role: 'alert', class: 'bad' });
  const go = h('button', { class: 'primary', hidden: true }, t('enrol.go'));
  const next = iconButton('user-plus', t('enrol.next'), { onclick: nextPerson });
  const listed = h('p', { role: 'status', class: 'note', hidden: true });
  const list = iconButton('upload', t('people.import'), {
    onclick: () =>
      importList((words) => {
        state.listed = words;
        choose();
        showPlan();
      }),
  });
  const clear = iconButton('trash', t('enrol.clear'), { class: 'plain', onclick: () => queue.clear() });
  const after = h('div', { class: 'row', hidden: true }, next, h('a', { href: '#/people' }, t('enrol.see')), clear);
  const preview = h('div');
  const many = h('p', { class: 'hint' }, t('enrol.each-hint'));
  const view = queueList(queue, signal);
  const tips = h(
    'section',
    { class: 'card tips' },
    h('h2', {}, t('enrol.tips')),
    h(
      'ul',
      {},
      ['front', 'light', 'near', 'bare', 'several'].map((tip) => h('li', {}, icon('check'), t(`enrol.tip-${tip}`))),
    ),
  );
  const form = h(
    'form',
    { class: 'card', onsubmit: submit },
    h(
      'fieldset',
      { class: 'segments' },
      h('legend', { class: 'visually-hidden' }, t('enrol.who')),
      one.field,
      each.field,
    ),
    many,
    person,
    collectionChoice({ makes: true, onChange: showPlan }),
    h('div', { class: 'list-first' }, list, listed),
    card.field,
    photoInput({ multiple: true, folders: true, onPhotos: take, signal }),
    trouble,
    h('div', { class: 'row' }, go),
  );
  const results = h('div', {}, preview, after, view.element, tips);
  main.append(h('div', { class: 'enrol' }, h('div', {}, form), results));
  queue.whenChanged((entry) => {
    if (signal.aborted) return;
    view.draw(entry);
    showAfter();
  });
  choose();
  showPlan();
  sayWhetherKnown();

  function choose() {
    // One of the two was kept by its own name.
    if (!one.input.checked && !each.input.checked) one.input.checked = true;
    for (const radio_ of [one.input, each.input]) radio_.dispatchEvent(new Event('input'));
    person.hidden = each.input.checked;
    list.hidden = !each.input.checked;
    listed.hidden = !each.input.checked || state.listed === '';
    listed.textContent = t('enrol.listed', { what: state.listed });
    many.hidden = !each.input.checked;
    showAfter();
  }

  function showAfter() {
    after.hidden = queue.isBusy || queue.entries.every(({ state: is }) => is === 'held');
    next.hidden = each.input.checked;
    clear.hidden = !each.input.checked;
    tips.hidden = Boolean(state.plan) || queue.entries.length > 0;
  }

  function take(photos, tell) {
    trouble.textContent = '';
    if (each.input.checked) {
      const files = [...(state.plan?.files ?? []), ...photos];
      state.plan = { files, rule: ruleFor(files) };
      showPlan();
      return toResults();
    }
    queue.hold(photos, tell && ((entry) => tell(noteText(entry))));
    sendHeld();
  }

  /** Where they stand below the form, not beside it. */
  function toResults() {
    const isBeside = results.getBoundingClientRect().top < form.getBoundingClientRect().bottom;
    if (!isBeside) results.scrollIntoView({ block: 'start' });
  }

  function submit(event) {
    event.preventDefault();
    sendHeld();
  }

  function sendHeld() {
    const held = queue.entries.filter((entry) => entry.state === 'held');
    const needsId = held.length > 0 && id.input.value === '';
    trouble.textContent = needsId ? t('enrol.need-id') : '';
    go.hidden = !needsId;
    if (needsId) {
      for (const entry of held) entry.tell?.(entry);
      id.input.focus();
      return;
    }
    const order = { id: id.input.value, name: name.input.value, ...how() };
    for (const entry of held) queue.send(entry, { order });
    if (held.length > 0) toResults();
  }

  function showPlan() {
    showAfter();
    if (!state.plan) return preview.replaceChildren();
    preview.replaceChildren(
      planPreview(state.plan, {
        collection: session.collection,
        signal,
        onRule: showPlan,
        onDrop: () => {
          state.plan = undefined;
          showPlan();
        },
        onGo: (people) => {
          // The name of a folder or file is one for a new person only; those of a list keep theirs.
          const orders = people.flatMap(({ id: id_, name: newName, photos }) =>
            photos.map(() => ({ id: id_, name: '', newName, ...how() })),
          );
          const entries = queue.hold(people.flatMap(({ photos }) => photos));
          for (const [i, entry] of entries.entries()) queue.send(entry, { order: orders[i] });
          Object.assign(state, { plan: undefined, listed: '' });
          choose();
          showPlan();
        },
      }),
    );
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

  function how() {
    return { collection: session.collection, allowCard: card.input.checked };
  }

  function nextPerson() {
    queue.clear();
    for (const { input } of [id, name]) {
      input.value = '';
      input.dispatchEvent(new Event('input'));
    }
    known.hidden = true;
    trouble.textContent = '';
    id.input.focus();
  }
}
