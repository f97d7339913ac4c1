import { h } from '../dom.js';
import { Refused, request } from '../session.js';

/** Saves a file that the server makes. @throws {Refused} */
export async function download(path, name) {
  const response = await request('GET', path);
  if (response.headers.has('content-disposition')) return save(await response.blob(), name);
  const { code = String(response.status), data = '', reason = '' } = await response.json().catch(() => ({}));
  throw new Refused(code, data, reason);
}

/** Saves a table as CSV, which Excel reads as UTF-8. @param {(string | number)[][]} rows */
export function saveCsv(rows, name) {
  const text = rows.map((row) => row.map(cell).join(',')).join('\r\n');
  save(new Blob([`\ufeff${text}\r\n`], { type: 'text/csv;charset=utf-8' }), name);
}

/** A text that a spreadsheet would take for a formula gets an apostrophe before it. */
function cell(value) {
  const text = typeof value === 'string' && /^[=+\-@\t\r]/.test(value) ? `'${value}` : String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

function save(blob, name) {
  const url = URL.createObjectURL(blob);
  h('a', { href: url, download: name }).click();
  // The browser has taken it up by then.
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
