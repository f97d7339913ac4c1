import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { allReasons } from '../src/core/errors.js';
import { projectRoot } from '../src/util/paths.js';

/** Has the table of reasons. */
export const reasonPage = join(projectRoot, 'docs', 'api.md');

/** The page on the endpoints with the table of reasons made anew from the table of errors. */
export function withReasonTable(page: string): string {
  const rows = allReasons().map(({ reason, code, realStatus, text }) => {
    const status = realStatus ? code : 200;
    return `| \`${reason}\` | ${code} | ${status} | ${text.replace(/\{(\w+)\}/g, '*$1*')} |\n`;
  });
  const marks = /(<!-- reason table -->\n)[\s\S]*?(<!-- \/reason table -->)/;
  if (!marks.test(page)) throw new Error('the page has no place for the table of reasons');
  const table = `| reason | code | HTTP status | text |\n|---|---|---|---|\n${rows.join('')}`;
  return page.replace(marks, (_all, start: string, end: string) => start + table + end);
}

if (fileURLToPath(import.meta.url) === process.argv[1]) {
  await writeFile(reasonPage, withReasonTable(await readFile(reasonPage, 'utf8')));
}
