import { session } from '../session.js';

/** What pages keep for this log-in, by name. */
let states = new Map();
let seenBy = null;

/**
 * What a page knows, kept while another page or language is shown; a log-out forgets it. The page draws itself from it.
 * @template T
 * @param {string} name of the page, or of a part of it
 * @param {() => T} first makes it the first time
 * @returns {T}
 */
export function kept(name, first) {
  if (seenBy !== session.status) {
    states = new Map();
    seenBy = session.status;
  }
  if (!states.has(name)) states.set(name, first());
  return states.get(name);
}

/**
 * An input that keeps its value while another page or language is shown.
 * @param {string} name unique in the console
 * @param {any} input it has its first value
 */
export function keptInput(name, input) {
  const isCheck = input.type === 'checkbox' || input.type === 'radio';
  const values = kept('inputs', () => new Map());
  if (values.has(name)) input[isCheck ? 'checked' : 'value'] = values.get(name);
  const keep = () => values.set(name, isCheck ? input.checked : input.value);
  input.addEventListener('input', keep);
  input.addEventListener('change', keep);
  return input;
}

/** What such an input will have when its page is shown. */
export function keptValue(name, value) {
  kept('inputs', () => new Map()).set(name, value);
}
