import { h } from '../dom.js';
import { request, session } from '../session.js';
import { t } from '../words.js';

/** Pictures that are remembered as addresses of blobs; the oldest go first. */
const MAX_KEPT = 600;
/** Fewer than the connections of a browser, so that lists do not wait behind pictures. */
const AT_ONCE = 4;

/** By path: the address once it has come, and where the picture is to stand. @type {Map<string, {url?: string, frames: Set<any>}>} */
const known = new Map();
/** @type {string[]} */
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

function show(frame, path) {
  if (seenBy !== session.status) {
    for (const path of [...known.keys()]) forget(path);
    seenBy = session.status;
  }
  const entry = known.get(path) ?? { frames: new Set() };
  known.set(path, entry);
  if (entry.url) return put(entry.url, frame);
  entry.frames.add(frame);
  if (entry.frames.size > 1) return;
  waiting.push(path);
  if (known.size > MAX_KEPT) forget(known.keys().next().value ?? '');
  // By then the frame stands on the page.
  if (running < AT_ONCE) setTimeout(work);
}

async function work() {
  if (running >= AT_ONCE) return;
  running++;
  for (let path = waiting.shift(); path; path = waiting.shift()) await load(path);
  running--;
}

async function load(path) {
  const entry = known.get(path);
  // What has scrolled by is not asked for.
  if (!entry || ![...entry.frames].some((frame) => frame.isConnected)) return known.delete(path);
  try {
    const response = await request('GET', path);
    if (response.headers.get('content-type')?.startsWith('image/')) {
      const url = URL.createObjectURL(await response.blob());
      for (const frame of entry.frames) put(url, frame);
      return known.set(path, { url, frames: new Set() });
    }
    await response.text();
  } catch {
    // The initials stay.
  }
  return known.delete(path);
}

function put(url, frame) {
  frame.replaceChildren(h('img', { src: url, alt: '' }));
}

function forget(path) {
  const url = known.get(path)?.url;
  known.delete(path);
  if (url) URL.revokeObjectURL(url);
}

/** Two letters: of the first and the last word. */
function initials(name) {
  const words = name.split(/[^\p{L}\p{M}]+/u).filter(Boolean);
  if (words.length < 2) return [...name].slice(0, 2).join('');
  return [words[0], words.at(-1)].map((word = '') => [...word][0]).join('');
}
