import { blobUrl, h } from '../dom.js';
import { session } from '../session.js';
import { icon } from '../ui/icon.js';
import { kept } from '../ui/kept.js';
import { chip, iconButton } from '../ui/parts.js';
import { portrait } from '../ui/portrait.js';
import { openWebcam } from '../webcam.js';
import { inDigits, refusalInWords, t } from '../words.js';

/** Of a face that a gate takes for covered; an office may know better. */
const COVERS = ['mask', 'sunglasses', 'hat'];
const NEEDS_SOMEBODY = ['question', 'refused', 'failed'];
const kinds = { done: 'good', refused: 'bad', failed: 'bad', question: 'warn' };

/**
 * What became of each photo: its picture, and what to do where it was refused or looks like somebody else.
 * @param {ReturnType<typeof import('./queue.js').enrolQueue>} queue
 * @param {AbortSignal} signal
 */
export function queueList(queue, signal) {
  const view = kept('enrol.view', () => ({ onlyOpen: false }));
  const progress = h('progress', { max: 1, value: 0, 'aria-label': t('nav.enrol') });
  const status = h('p', { role: 'status' });
  const filter = h('button', { type: 'button', 'aria-pressed': String(view.onlyOpen), onclick: toggle });
  const bar = h('div', { class: 'progress', hidden: true }, progress, h('div', { class: 'row' }, status, filter));
  const list = h('ul', { class: 'photos', 'aria-label': t('enrol.photos') });
  /** @type {Map<any, any>} */
  const items = new Map();
  const urls = new Map();

  function toggle() {
    view.onlyOpen = !view.onlyOpen;
    filter.setAttribute('aria-pressed', String(view.onlyOpen));
    draw();
  }

  /** Everything, or one entry. Those that need somebody come first. */
  function draw(entry) {
    const item = items.get(entry);
    if (item && !view.onlyOpen) {
      const isOpen = needsSomebody(entry);
      if (isOpen === item.classList.contains('open')) item.replaceWith(itemOf(entry));
      else {
        item.remove();
        list.insertBefore(itemOf(entry), list.querySelector('li:not(.open)'));
      }
    } else {
      items.clear();
      const open = queue.entries.filter(needsSomebody);
      const others = view.onlyOpen ? [] : queue.entries.filter((one) => !needsSomebody(one));
      list.replaceChildren(...[...open, ...others].map(itemOf));
    }
    const count = (...states) => queue.entries.filter(({ state }) => states.includes(state)).length;
    const all = queue.entries.length - count('held');
    const counts = {
      done: count('done', 'left', ...NEEDS_SOMEBODY),
      all,
      refused: count('refused'),
      failed: count('failed'),
    };
    bar.hidden = all === 0;
    progress.max = Math.max(1, all);
    progress.value = counts.done;
    const text = t(counts.failed > 0 ? 'enrol.progress-failed' : 'enrol.progress', counts);
    if (status.textContent !== text) status.textContent = text;
    const open = count(...NEEDS_SOMEBODY);
    filter.hidden = open === 0 && !view.onlyOpen;
    filter.textContent = t('enrol.only-open', { n: inDigits(open) });
  }

  function itemOf(entry) {
    const { photo, state } = entry;
    if (!urls.has(photo)) urls.set(photo, blobUrl(photo, signal));
    const picture = h('img', { src: urls.get(photo), alt: '', class: 'small', loading: 'lazy' });
    const words = h('div', {}, titleOf(entry), noteOf(entry), ...whatToDo(entry));
    const item = h('li', { class: `${kinds[state] ?? ''} ${needsSomebody(entry) ? 'open' : ''}` }, picture, words);
    items.set(entry, item);
    return item;
  }

  function whatToDo(entry) {
    const again = (how) => () => queue.send(entry, how);
    const button = (text, onclick, kind = '') => h('button', { type: 'button', class: kind, onclick }, text);
    const { state, refusal, finding, order } = entry;
    if (state === 'failed') return [button(t('again'), again({ check: entry.check }))];
    if (state === 'refused') {
      const isOverruled = COVERS.includes(refusal.reason) && session.status.allowCovered;
      const overrule = isOverruled && button(t('enrol.not-covered'), again({ allowCovered: true }));
      return [h('div', { class: 'row' }, overrule, anotherPhoto(entry))];
    }
    if (state !== 'question') return [];
    const toFound = { order: { ...order, id: finding.id, name: '' }, check: 'off' };
    const leave = () => {
      entry.state = 'left';
      draw(entry);
    };
    return [
      h(
        'div',
        { class: 'row' },
        portrait({ ...finding, collection: order.collection }, 'large'),
        h(
          'span',
          { class: 'who' },
          h('strong', {}, h('bdi', {}, finding.name || finding.id)),
          h('small', {}, h('bdi', {}, finding.id)),
        ),
      ),
      h(
        'div',
        { class: 'row' },
        button(t('enrol.to-found', { id: finding.id }), again(toFound), 'primary'),
        button(t('enrol.all-the-same', { id: order.id }), again({ check: 'off' })),
        button(t('enrol.leave'), leave, 'plain'),
      ),
    ];
  }

  /** For the same person. */
  function anotherPhoto(entry) {
    const replace = (photo) => {
      entry.photo = photo;
      queue.send(entry, { allowCovered: false });
    };
    const onchange = ({ target }) => target.files[0] && replace(target.files[0]);
    const input = h('input', { type: 'file', accept: 'image/*,.heic,.heif,.avif', class: 'visually-hidden', onchange });
    const onclick = () => openWebcam({ onPicture: replace, multiple: false });
    return [
      h('label', { class: 'button' }, input, icon('image'), t('enrol.another-photo')),
      iconButton('camera', t('enrol.another-shot'), { onclick }),
    ];
  }

  queue.whenChanged((entry) => {
    if (!signal.aborted) draw(entry);
  });
  draw();
  return { element: h('div', {}, bar, list), draw };
}

function needsSomebody({ state }) {
  return NEEDS_SOMEBODY.includes(state);
}

/** Whose photo it is, where somebody knows, and the file. */
function titleOf({ photo, order }) {
  const file = h('bdi', {}, photo.name);
  const who = order && (order.name || order.newName || order.id);
  if (!who || who === photo.name.replace(/\.[^.]+$/, '')) return h('strong', {}, file);
  return h('div', { class: 'who' }, h('strong', {}, h('bdi', {}, who)), h('small', { class: 'hint' }, file));
}

/** In words, with a sign: also what is told beside the webcam. */
export function noteText(entry) {
  const { state, order, refusal, finding, quality } = entry;
  if (state === 'done') return `✓ ${t('enrol.done', { id: order.id })}`;
  if (state === 'refused') return `✗ ${t('enrol.refused', { why: refusalInWords(refusal) })}`;
  if (state === 'failed') return `✗ ${t('enrol.failed', { why: refusalInWords(refusal) })}`;
  if (state === 'question') {
    const n = (Math.floor(finding.similarity * 1000) / 1000).toFixed(3);
    return t(`enrol.${finding.kind}`, { id: order.id, n, quality: quality ?? '' });
  }
  return t(
    { held: 'enrol.need-id-note', waiting: 'enrol.waiting', sending: 'enrol.sending', left: 'enrol.left' }[state],
  );
}

function noteOf(entry) {
  const { state, quality, advice = [] } = entry;
  const isWeak = advice.length > 0;
  return h(
    'div',
    {},
    state === 'question' && icon('triangle-alert'),
    h('span', {}, noteText(entry)),
    state === 'done' &&
      typeof quality === 'number' && [' ', chip(t('enrol.quality', { n: quality }), isWeak ? 'warn' : 'good')],
    isWeak && h('small', { class: 'hint' }, t('enrol.better'), ' ', advice.map((one) => t(`advice.${one}`)).join('; ')),
  );
}
