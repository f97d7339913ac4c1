/**
 * Makes an element. Text only ever becomes text nodes, so names of people cannot become markup.
 * @param {string} tag
 * @param {Record<string, any>} [props] attributes; functions are listeners (`onclick`), true is an empty attribute,
 *   and false, null and undefined are left out
 * @param {...any} children elements and texts; null, false and undefined are left out
 * @returns {any}
 */
export function h(tag, props = {}, ...children) {
  return fill(document.createElement(tag), props, children);
}

/**
 * The same for the elements of a drawing.
 * @returns {any}
 */
export function svg(tag, props = {}, ...children) {
  return fill(document.createElementNS('http://www.w3.org/2000/svg', tag), props, children);
}

function fill(element, props, children) {
  for (const [name, value] of Object.entries(props)) {
    if (typeof value === 'function') element.addEventListener(name.slice(2), value);
    else if (value === true) element.setAttribute(name, '');
    else if (value !== false && value !== null && value !== undefined) element.setAttribute(name, String(value));
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

let numbers = 0;

/** An input with its label. @returns {{field: any, input: any}} */
export function labelled(text, input, hint) {
  const id = `field-${++numbers}`;
  input.id = id;
  if (hint) input.setAttribute('aria-describedby', `${id}-hint`);
  const words = h('label', { for: id }, text);
  const note = hint && h('small', { id: `${id}-hint`, class: 'hint' }, hint);
  const isCheck = input.type === 'checkbox' || input.type === 'radio';
  const field = h(
    'div',
    { class: isCheck ? 'field check' : 'field' },
    ...(isCheck ? [input, words] : [words, input]),
    note,
  );
  return { field, input };
}

/** Shows the address of a blob as long as the page lives. */
export function blobUrl(blob, signal) {
  const url = URL.createObjectURL(blob);
  signal.addEventListener('abort', () => URL.revokeObjectURL(url));
  return url;
}
