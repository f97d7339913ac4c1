import { collectionChoice } from '../collection-choice.js';
import { blobUrl, h, labelled } from '../dom.js';
import { photoInput } from '../photo-input.js';
import { admin, adminPost, base64Of, call, Refused, session } from '../session.js';
import { refusalInWords, t } from '../words.js';

/** Photos sent at the same time: enough to keep two worker threads busy. */
const AT_ONCE = 2;

export function enrolPage(main, signal) {
  const text = (props = {}) => h('input', { autocomplete: 'off', maxlength: '1024', ...props });
  const id = labelled(t('enrol.id'), text(), t('enrol.id-hint'));
  const name = labelled(t('enrol.name'), text());
  const person = h('div', { class: 'form-row' }, id.field, name.field);
  const radio = (each) =>
    h('input', { type: 'radio', name: 'who', checked: !each, onchange: () => (person.hidden = each) });
  const one = labelled(t('enrol.one'), radio(false));
  const each = labelled(t('enrol.each'), radio(true));
  const card = labelled(t('enrol.card'), h('input', { type: 'checkbox' }));
  const trouble = h('p', { role: 'alert', class: 'bad' });
  const progress = h('progress', { max: 1, value: 0, 'aria-label': t('nav.enrol') });
  const status = h('p', { role: 'status' });
  const bar = h('div', { class: 'progress', hidden: true }, progress, status);
  const list = h('ul', { class: 'photos', 'aria-label': t('enrol.photos') });
  const counts = { all: 0, done: 0, refused: 0 };
  const waiting = [];
  let running = 0;

  main.append(
    h(
      'div',
      { class: 'card' },
      collectionChoice(),
      h('fieldset', {}, h('legend', {}, t('enrol.who')), one.field, each.field),
      person,
      card.field,
      photoInput({ multiple: true, onPhotos: take, signal }),
      trouble,
    ),
    bar,
    list,
  );

  function take(photos) {
    trouble.textContent = '';
    if (one.input.checked && id.input.value === '') {
      trouble.textContent = t('enrol.need-id');
      id.input.focus();
      return;
    }
    for (const photo of photos) {
      const stem = photo.name.replace(/\.[^.]+$/, '');
      const who = each.input.checked
        ? { id: stem, name: stem, isNamed: false }
        : { id: id.input.value, name: name.input.value || id.input.value, isNamed: name.input.value !== '' };
      const note = h('span', {}, t('enrol.waiting'));
      const item = h(
        'li',
        {},
        h('img', { src: blobUrl(photo, signal), alt: '', class: 'small' }),
        h('div', {}, h('strong', {}, h('bdi', {}, photo.name)), note),
      );
      list.prepend(item);
      waiting.push({ photo, who, note, item, collection: session.collection, allowCard: card.input.checked });
    }
    counts.all += photos.length;
    bar.hidden = false;
    for (; running < AT_ONCE && waiting.length > 0; ) work();
    tell();
  }

  async function work() {
    running++;
    for (let next = waiting.shift(); next && !signal.aborted; next = waiting.shift()) {
      await enrol(next);
      tell();
    }
    running--;
  }

  async function enrol({ photo, who, note, item, collection, allowCard }) {
    note.textContent = t('enrol.sending');
    const { id, name, isNamed } = who;
    try {
      const isKnown = await exists(collection, id);
      // A photo that is refused must not leave a person without a face behind.
      if (!isKnown) await refuseUnfit(photo, allowCard);
      if (!isKnown || isNamed) await call('POST', '/create', { collection, id, name });
      const options = allowCard ? { allow_id_card: 'true' } : {};
      await call('POST', '/add', { collection, id, ...options, file: photo });
      note.textContent = `✓ ${t('enrol.done', { id })}`;
      item.className = 'good';
    } catch (error) {
      counts.refused++;
      note.textContent = `✗ ${t('enrol.refused', { why: refusalInWords(error) })}`;
      item.className = 'bad';
    }
    counts.done++;
  }

  function tell() {
    progress.max = counts.all;
    progress.value = counts.done;
    status.textContent = t('enrol.progress', counts);
  }
}

async function exists(collection, id) {
  try {
    await admin('GET', '/faces', { collection, id });
    return true;
  } catch (error) {
    if (error instanceof Refused && error.code === '404') return false;
    throw error;
  }
}

/** @throws {Refused} as the call that adds the photo would */
async function refuseUnfit(photo, allowCard) {
  const { refusal } = await adminPost('/analyse', { photo: await base64Of(photo), allow_id_card: allowCard });
  if (refusal) throw new Refused(refusal.code, refusal.data, refusal.reason);
}
