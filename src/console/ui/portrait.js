import { h } from '../dom.js';
import { request, session } from '../session.js';
import { t } from '../words.js';

/** Pictures that are remembered as addresses of blobs; the oldest go first. */
const MAX_KEPT = 600;
/** Fewer than the connections of a browser, so that lists do not wait behind pictures. */
const AT_ONCE = 4;

/** @type {Map<string, Promise<string | undefined>>} */
const known = new Map();
const waiting = [];
let running = 0;
let seenBy = null;

/**
 * The picture of a person, or their initials where there is none; its title says why.
 * @param {{collection?: string, id: string, name: string, portrait?: number | null}} person `portrait` is the number of
 *   a face whose picture can be shown
 * @param {'' | 'small' | 'large' | 'huge'} [size]
 */
export function portrait({ collection = session.collection, id, name, portrait: face }, size = '') {
  const label = t(face ? 'portrait.of' : 'portrait.none', { name: name || id });
  const frame = h('span', { class: `portrait ${size}`, role: 'img', 'aria-label': label, title: face ? null : why() });
  frame.append(h('span', { 'aria-hidden': 'true' }, initials(name || id)));
  if (face) show(frame, `/admin/v1/faces/${face}/portrait?${new URLSearchParams({ collection, id })}`);
  return frame;
}

/** Why there is no picture of somebody. */
export function why() {
  return session.status.keepPhotos === 'off' ? t('portrait.why-off') : t('portrait.why-none');
}

async function show(frame, path) {
  const url = await urlOf(path);
  if (url) frame.replaceChildren(h('img', { src: url, alt: '' }));
}

function urlOf(path) {
  if (seenBy !== session.status) {
    for (const url of known.values()) forget(url);
    known.clear();
    seenBy = session.status;
  }
  const there = known.get(path);
  if (there) return there;
  const made = new Promise((resolve) => waiting.push({ path, resolve }));
  known.set(path, made);
  if (known.size > MAX_KEPT) {
    const [oldest, url] = known.entries().next().value ?? [];
    known.delete(oldest ?? '');
    forget(url);
  }
  if (running < AT_ONCE) work();
  return made;
}

/** The newest first: what scrolled by is no longer looked at. */
async function work() {
  running++;
  for (let next = waiting.pop(); next; next = waiting.pop()) next.resolve(await load(next.path));
  running--;
}

async function load(path) {
  try {
    const response = await request('GET', path);
    if (response.headers.get('content-type')?.startsWith('image/')) return URL.createObjectURL(await response.blob());
    await response.text();
  } catch {
    // The initials stay.
  }
  known.delete(path);
  return undefined;
}

async function forget(promise) {
  const url = await promise;
  if (url) URL.revokeObjectURL(url);
}

/** Two letters: of the first and the last word. */
function initials(name) {
  const words = name.split(/[^\p{L}\p{M}]+/u).filter(Boolean);
  if (words.length < 2) return [...name].slice(0, 2).join('');
  return [words[0], words.at(-1)].map((word = '') => [...word][0]).join('');
}
