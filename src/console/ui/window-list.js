import { h } from '../dom.js';

/** Rows above and below the screen that are there already. */
const AROUND = 4;
/** Browsers lose pixels in higher elements. */
const MAX_HEIGHT = 16_000_000;

/**
 * A list of any length of which only what is on the screen exists. It scrolls with the window.
 * @param {object} options
 * @param {string} options.label
 * @param {number} options.rowHeight pixels, with the gap below
 * @param {number} options.minWidth of one item in pixels; as many as fit stand beside each other
 * @param {(index: number) => any} options.item an element for a place, also while its data is still to come
 * @param {(from: number, to: number) => void} options.onRange what is on the screen, `to` excluded
 * @param {AbortSignal} options.signal
 */
export function windowList({ label, rowHeight, minWidth, item, onRange, signal }) {
  const list = h('ul', { class: 'window-list', 'aria-label': label });
  /** @type {Map<number, any>} */
  const shown = new Map();
  let count = 0;
  let columns = 1;
  let isAsked = false;

  const later = () => {
    if (isAsked) return;
    isAsked = true;
    requestAnimationFrame(() => {
      isAsked = false;
      if (!signal.aborted) draw();
    });
  };
  window.addEventListener('scroll', later, { signal, passive: true });
  const watch = new ResizeObserver(later);
  watch.observe(list);
  signal.addEventListener('abort', () => watch.disconnect());

  function draw() {
    const { top, width } = list.getBoundingClientRect();
    const fitting = Math.max(1, Math.floor(width / minWidth));
    if (fitting !== columns) {
      columns = fitting;
      clear();
    }
    list.style.height = `${Math.min(MAX_HEIGHT, Math.ceil(count / columns) * rowHeight)}px`;
    const first = Math.max(0, Math.floor(-top / rowHeight) - AROUND);
    const last = Math.max(0, Math.ceil((window.innerHeight - top) / rowHeight) + AROUND);
    const from = Math.min(count, first * columns);
    const to = Math.min(count, last * columns);
    for (const [index, element] of shown) {
      const isHere = index >= from && index < to;
      // What has the focus stays, or the keyboard would begin anew at the top.
      if (isHere || element.contains(document.activeElement)) continue;
      element.remove();
      shown.delete(index);
    }
    for (let index = from; index < to; index++) if (!shown.has(index)) place(index);
    onRange(from, to);
  }

  function place(index) {
    const element = h('li', { 'aria-posinset': index + 1, 'aria-setsize': count }, item(index));
    element.style.height = `${rowHeight}px`;
    element.style.width = `${100 / columns}%`;
    element.style.insetInlineStart = `${(100 / columns) * (index % columns)}%`;
    element.style.insetBlockStart = `${Math.floor(index / columns) * rowHeight}px`;
    shown.set(index, element);
    // In their order, which is that of the tabulator.
    const next = [...list.children].find((one) => Number(one.getAttribute('aria-posinset')) > index + 1);
    list.insertBefore(element, next ?? null);
  }

  function clear() {
    shown.clear();
    list.replaceChildren();
  }

  return {
    element: list,
    /** Another list, or the same after a change. @param {number} length */
    reset(length) {
      count = length;
      clear();
      draw();
    },
    /** Data came for these places. */
    refresh(from, to) {
      for (let index = from; index < to; index++) {
        const element = shown.get(index);
        const hadFocus = element?.contains(document.activeElement);
        element?.replaceChildren(item(index));
        if (hadFocus) element.querySelector('a, button, input')?.focus({ preventScroll: true });
      }
    },
  };
}
