import { prepared } from '../prepared-photo.js';
import { admin, adminPost, base64Of, Refused, session } from '../session.js';
import { kept } from '../ui/kept.js';

/** Photos sent at the same time: enough to keep two worker threads busy. */
const AT_ONCE = 2;
/** Below this quality a photo is stored, and the page says what to change. */
const GOOD_QUALITY = 60;

/**
 * Whose photo it is, and how it is sent. `name` is empty where nobody typed one; then a new person gets `newName`.
 * @typedef {{id: string, name: string, newName?: string, collection: string, allowCard: boolean}} Order
 * A photo on its way. `finding` is another person whom it looks like; nothing is stored then until somebody decides.
 * @typedef {'held' | 'waiting' | 'sending' | 'done' | 'refused' | 'failed' | 'question' | 'left'} State
 * @typedef {{photo: File, state: State, order?: Order, check?: 'refuse' | 'off', allowCovered?: boolean, refusal?: Refused,
 *   finding?: any, quality?: number | null, advice?: string[], tell?: (entry: Entry) => void}} Entry
 */

/** The photos of this log-in. It outlives the page, so that a look at another one stops nothing and hides no refusal. */
export function enrolQueue() {
  return kept('enrol.queue', newQueue);
}

function newQueue() {
  /** @type {Entry[]} the newest first */
  let entries = [];
  /** @type {Entry[]} */
  const waiting = [];
  let running = 0;
  let onChange = (/** @type {Entry | undefined} */ _entry) => {};
  const began = session.status;

  /** Takes photos that wait for their person. `tell` says beside the webcam what became of a picture. */
  function hold(photos, tell) {
    const made = photos.map((photo) => /** @type {Entry} */ ({ photo, state: 'held', tell }));
    entries = [...made, ...entries];
    onChange(undefined);
    return made;
  }

  /** @param {Entry} entry @param {Partial<Entry>} [how] */
  function send(entry, how = {}) {
    const anew = { check: 'refuse', refusal: undefined, finding: undefined, quality: undefined, advice: undefined };
    Object.assign(entry, anew, how, { state: 'waiting' });
    waiting.push(entry);
    if (running < AT_ONCE) work();
    changed(entry);
  }

  async function work() {
    running++;
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      next.state = 'sending';
      changed(next);
      await enrol(next);
      if (session.status !== began) break;
      changed(next);
      next.tell?.(next);
    }
    running--;
    if (running === 0) onChange(undefined);
  }

  function changed(entry) {
    onChange(entry);
  }

  return {
    hold,
    send,
    get entries() {
      return entries;
    },
    get isBusy() {
      return running > 0;
    },
    /** Calls `listener` when an entry changed, or without one when the list did. */
    whenChanged(listener) {
      onChange = listener;
    },
    /** Forgets what was answered, and what is held. */
    clear() {
      entries = entries.filter(({ state }) => state === 'waiting' || state === 'sending');
      onChange(undefined);
    },
  };
}

async function enrol(entry) {
  try {
    entry.photo = await prepared(entry.photo);
    const { stored, quality, finding } = await add(entry);
    Object.assign(entry, { state: stored ? 'done' : 'question', quality, finding });
    if (stored && typeof quality === 'number' && quality < GOOD_QUALITY) entry.advice = await adviceFor(entry);
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    Object.assign(entry, { state: error.isPassing ? 'failed' : 'refused', refusal: error });
  }
}

/** @param {any} entry @returns {Promise<{stored: boolean, quality: number | null, finding: any}>} @throws {Refused} */
async function add({ photo, order: { id, name, newName = id, collection, allowCard }, check, allowCovered = false }) {
  const flags = { allow_id_card: allowCard, allow_covered: allowCovered };
  const body = { collection, id, photo: await base64Of(photo), check, ...flags };
  // A person whose name nobody typed keeps the one that they have.
  const isKnown = name !== '' || (await facesOf(collection, id)) !== undefined;
  return adminPost('/enrol', { ...body, ...(name !== '' ? { name } : isKnown ? {} : { name: newName }) });
}

async function adviceFor({ photo }) {
  try {
    const { faces } = await adminPost('/analyse', { photo: await base64Of(photo), disable_validation: true });
    return faces[0]?.quality.advice ?? [];
  } catch (error) {
    if (error instanceof Refused) return [];
    throw error;
  }
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
