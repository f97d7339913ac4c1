import { h } from '../dom.js';
import { refusalInWords, t } from '../words.js';
import { icon } from './icon.js';

/** Outlives pages: what was deleted on one can be undone on the next. */
const shelf = h('div', { class: 'toasts', role: 'status' });

/** Where toasts appear; the shell puts it on each page. */
export function toastShelf() {
  return shelf;
}

/**
 * Says in a corner what happened, and what can be done about it.
 * @param {string} text
 * @param {{kind?: '' | 'good' | 'bad', action?: {text: string, onclick: () => unknown}, seconds?: number}} [options]
 *   `seconds` until it goes; without an action 6, with one 30
 * @returns {() => void} takes it away
 */
export function toast(text, { kind = '', action, seconds = action ? 30 : 6 } = {}) {
  const close = () => {
    clearTimeout(timer);
    element.remove();
  };
  const act = async () => {
    close();
    await action?.onclick();
  };
  const element = h(
    'div',
    { class: `toast ${kind}` },
    kind && icon(kind === 'bad' ? 'circle-alert' : 'circle-check'),
    h('span', {}, text),
    action && h('button', { type: 'button', onclick: act }, action.text),
    h('button', { type: 'button', class: 'plain icon-only', 'aria-label': t('close'), onclick: close }, icon('x')),
  );
  const timer = setTimeout(close, seconds * 1000);
  shelf.append(element);
  return close;
}

/** Says why something was refused or failed. What is no refusal is thrown again. @param {unknown} error */
export function toastRefusal(error) {
  toast(refusalInWords(error), { kind: 'bad', seconds: 12 });
}
