/**
 * Text that spreadsheets would take for a formula when they open a CSV file, and run: CWE-1236, and the OWASP page on CSV
 * injection. An apostrophe before it makes it text.
 */
const FORMULA = /^[=+\-@\t\r]/;

export function guardedCell(text: string): string {
  return FORMULA.test(text) || /^'[=+\-@\t\r']/.test(text) ? `'${text}` : text;
}

/** What {@link guardedCell} was given. */
export function unguardedCell(text: string): string {
  return /^'[=+\-@\t\r']/.test(text) ? text.slice(1) : text;
}
