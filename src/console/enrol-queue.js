import { blobUrl, h } from './dom.js';
import { prepared } from './prepared-photo.js';
import { admin, adminPost, base64Of, call, Refused, session } from './session.js';
import { refusalInWords, t } from './words.js';

/** Photos sent at the same time: enough to keep two worker threads busy. */
const AT_ONCE = 2;

/**
 * Whose photo it is, and how it is sent.
 * @typedef {{id: string, name: string, isNamed: boolean, collection: string, allowCard: boolean}} Order
 */

/** Outlives the page, so that a look at another one stops nothing and hides no refusal; but not the log-in. */
let queue = newQueue();
let seenBy = null;

/** The photos of this log-in that wait, are sent, or were answered. */
export function enrolQueue() {
  if (seenBy !== session.status) {
    queue.clear();
    queue = newQueue();
    seenBy = session.status;
  }
  return queue;
}

function newQueue() {
  const progress = h('progress', { max: 1, value: 0, 'aria-label': t('nav.enrol') });
  const status = h('p', { role: 'status' });
  const bar = h('div', { class: 'progress', hidden: true }, progress, status);
  const list = h('ul', { class: 'photos', 'aria-label': t('enrol.photos') });
  const element = h('div', {}, bar, list);
  const waiting = [];
  let counts = { all: 0, done: 0, refused: 0, failed: 0 };
  let running = 0;
  let life = new AbortController();
  let onIdle = () => {};

  /** Shows photos, in their order before earlier ones. @returns what `send` takes */
  function show(photos, tell = (_text) => {}) {
    const entries = photos.map((photo) => {
      const note = h('span', {}, t('enrol.need-id-note'));
      const picture = h('img', { src: blobUrl(photo, life.signal), alt: '', class: 'small' });
      const words = h('div', {}, h('strong', {}, h('bdi', {}, photo.name)), note);
      return { photo, note, item: h('li', {}, picture, words), tell };
    });
    list.prepend(...entries.map(({ item }) => item));
    return entries;
  }

  function send(entry, order) {
    counts.all++;
    line({ ...entry, order });
  }

  function line(entry) {
    entry.note.textContent = t('enrol.waiting');
    entry.item.className = '';
    waiting.push(entry);
    if (running < AT_ONCE) work();
    tellAll();
  }

  async function work() {
    const at = session.status;
    running++;
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      await enrol(next);
      if (session.status !== at) break;
      tellAll();
    }
    running--;
    if (running === 0) onIdle();
  }

  async function enrol(entry) {
    const { photo, note, item, tell, order } = entry;
    note.textContent = t('enrol.sending');
    try {
      await add(photo, order);
      note.textContent = `✓ ${t('enrol.done', { id: order.id })}`;
      item.className = 'good';
    } catch (error) {
      const isFailure = error instanceof Refused && error.isPassing;
      const why = refusalInWords(error);
      note.textContent = `✗ ${t(isFailure ? 'enrol.failed' : 'enrol.refused', { why })}`;
      item.className = 'bad';
      if (isFailure) offerAgain(entry);
      counts[isFailure ? 'failed' : 'refused']++;
    }
    counts.done++;
    tell(note.textContent);
  }

  function offerAgain(entry) {
    const again = () => {
      button.remove();
      counts.done--;
      counts.failed--;
      line(entry);
    };
    const button = h('button', { type: 'button', onclick: again }, t('again'));
    entry.item.append(button);
  }

  function tellAll() {
    bar.hidden = false;
    progress.max = counts.all;
    progress.value = counts.done;
    status.textContent = t(counts.failed > 0 ? 'enrol.progress-failed' : 'enrol.progress', counts);
  }

  /** Forgets what was answered. */
  function clear() {
    life.abort();
    life = new AbortController();
    counts = { all: 0, done: 0, refused: 0, failed: 0 };
    bar.hidden = true;
    list.replaceChildren();
  }

  return {
    element,
    show,
    send,
    clear,
    /** Calls `listener` whenever the last photo was answered, and now where none is under way. */
    whenIdle(listener) {
      onIdle = listener;
      if (running === 0) listener();
    },
    get size() {
      return counts.all;
    },
  };
}

/** @param {File} photo @param {Order} order @throws {Refused} */
async function add(original, { id, name, isNamed, collection, allowCard }) {
  const photo = await prepared(original);
  const isKnown = (await facesOf(collection, id)) !== undefined;
  // A photo that is refused must not leave a person without a face behind.
  if (!isKnown) await refuseUnfit(photo, allowCard);
  if (!isKnown || isNamed) await call('POST', '/create', { collection, id, name });
  const options = allowCard ? { allow_id_card: 'true' } : {};
  await call('POST', '/add', { collection, id, ...options, file: photo });
}

/** The faces of somebody; undefined where there is nobody with this id. @returns {Promise<any[] | undefined>} */
export async function facesOf(collection, id) {
  try {
    return await admin('GET', '/faces', { collection, id });
  } catch (error) {
    if (error instanceof Refused && error.reason === 'user-not-found') return undefined;
    throw error;
  }
}

/** @throws {Refused} as the call that adds the photo would */
async function refuseUnfit(photo, allowCard) {
  const { refusal } = await adminPost('/analyse', { photo: await base64Of(photo), allow_id_card: allowCard });
  if (refusal) throw new Refused(refusal.code, refusal.data, refusal.reason);
}
