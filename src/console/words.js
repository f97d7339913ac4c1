import { photoReasons } from './photo-reasons.js';
import { englishReasons } from './reasons-en.js';
import { vietnameseReasons } from './reasons-vi.js';
import { Refused, session } from './session.js';
import { english, vietnamese } from './words/dictionaries.js';

export const languages = { en: 'English', vi: 'Tiếng Việt' };
const dictionaries = { en: english, vi: vietnamese };
const reasons = { en: englishReasons, vi: vietnameseReasons };
const KEPT_AS = 'facesearch-language';

let language = firstLanguage();

function firstLanguage() {
  const kept = localStorage.getItem(KEPT_AS);
  if (kept && kept in dictionaries) return kept;
  return navigator.language.startsWith('vi') ? 'vi' : 'en';
}

export function currentLanguage() {
  return language;
}

/** For dates: that of the browser, where it is one of the chosen language. */
export function locale() {
  return navigator.language.startsWith(language) ? navigator.language : language;
}

/** A number as it is written in the chosen language, with at most one decimal. @param {number} n */
export function inDigits(n) {
  return n.toLocaleString(locale(), { maximumFractionDigits: 1 });
}

/**
 * A whole number that nobody can take for a decimal one: in Vietnamese 10.000 would stand beside a similarity of 0.80.
 * @param {number} n
 */
export function wholeNumber(n) {
  if (language !== 'vi') return n.toLocaleString('en');
  if (n >= 1_000_000 && n % 1_000_000 === 0) return `${n / 1_000_000} triệu`;
  return n >= 10_000 && n % 1_000 === 0 ? `${n / 1_000} nghìn` : n.toLocaleString('vi');
}

/** Remembered by the browser, like the colours. */
export function setLanguage(chosen) {
  language = chosen;
  localStorage.setItem(KEPT_AS, chosen);
}

/**
 * A text in the chosen language; `{name}` stands for a value.
 * @param {string} name
 * @param {Record<string, string | number>} [values]
 */
export function t(name, values = {}) {
  const text = dictionaries[language][name] ?? english[name];
  if (text === undefined) throw new Error(`no text ${name}`);
  return text.replace(/\{(\w+)\}/g, (_, value) => String(values[value]));
}

/** The same for what the server describes in English: its own words stand in where the language has none. */
export function tOr(name, otherwise) {
  return dictionaries[language][name] ?? otherwise;
}

/** Why the server refused, in words that say what to do. What is no refusal is thrown again. @param {unknown} error */
export function refusalInWords(error) {
  if (!(error instanceof Refused)) throw error;
  const { code, message, reason } = error;
  const known = wordsOf(reason);
  if (!known) return `${message} (${code})`;
  const { width, height } = session.status?.minResolution ?? {};
  return known.sentence.replace('{least}', `${width} × ${height}`);
}

/** What a counter of refusals counts, in a few words. @param {string} reason */
export function reasonInWords(reason) {
  return wordsOf(reason)?.short ?? reason;
}

/** @param {string} reason */
function wordsOf(reason) {
  return photoReasons[reason]?.[language] ?? reasons[language][reason];
}
