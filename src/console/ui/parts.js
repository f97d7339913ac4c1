import { h } from '../dom.js';
import { icon } from './icon.js';

/** A button with an icon before its words. @param {Record<string, any>} [props] */
export function iconButton(name, text, props = {}) {
  return h('button', { type: 'button', ...props }, icon(name), h('span', {}, text));
}

/** What a page says where there is nothing to show, and what to do about it. @param {...any} actions */
export function emptyState(name, text, ...actions) {
  return h('div', { class: 'empty' }, icon(name), h('p', {}, text), h('div', { class: 'row' }, actions));
}

/** Stands where something will be: of the same size, so that nothing jumps. */
export function skeletons(count, kind = 'line') {
  return Array.from({ length: count }, () => h('div', { class: `skeleton ${kind}`, 'aria-hidden': 'true' }));
}

/** A word about a thing. @param {'' | 'good' | 'bad' | 'warn'} [kind] */
export function chip(text, kind = '') {
  return h('span', { class: `chip ${kind}` }, text);
}

/**
 * A message that stays on the page, large where it is the result. The element is a live region, so it is made once and
 * `say` changes it.
 * @returns {{element: any, say: (kind: '' | 'good' | 'bad' | 'warn', title: string, text?: string) => void}}
 */
export function verdict() {
  const element = h('div', { role: 'status', class: 'verdict' });
  const signs = { good: 'circle-check', bad: 'circle-x', warn: 'triangle-alert', '': 'info' };
  const say = (kind, title, text = '') => {
    element.className = `verdict ${kind}`;
    if (title === '') element.replaceChildren();
    else element.replaceChildren(icon(signs[kind]), h('div', {}, h('strong', {}, title), text && h('p', {}, text)));
  };
  return { element, say };
}

/**
 * Several views in one place, of which one is shown.
 * @param {string} label
 * @param {{text: string, panel: any}[]} views
 */
export function tabs(label, views) {
  const show = (chosen, focus = false) => {
    for (const [i, { panel }] of views.entries()) {
      panel.hidden = i !== chosen;
      buttons[i].setAttribute('aria-selected', String(i === chosen));
      buttons[i].tabIndex = i === chosen ? 0 : -1;
    }
    if (focus) buttons[chosen].focus();
  };
  const onkeydown = ({ key }) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[key];
    if (!step) return;
    const now = buttons.indexOf(document.activeElement);
    show((now + step + views.length) % views.length, true);
  };
  const buttons = views.map(({ text }, i) =>
    h('button', { type: 'button', role: 'tab', onclick: () => show(i), onkeydown }, text),
  );
  for (const { panel } of views) panel.setAttribute('role', 'tabpanel');
  show(0);
  return h(
    'div',
    { class: 'tabs' },
    h('div', { role: 'tablist', 'aria-label': label }, buttons),
    ...views.map(({ panel }) => panel),
  );
}
