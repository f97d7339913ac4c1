import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Variable, variables } from '../src/config/schema.js';
import { projectRoot } from '../src/util/paths.js';

/** Has the table of variables. */
export const configPage = join(projectRoot, 'docs', 'configuration.md');

/** The page on configuration with the table of configuration variables made anew from their declarations. */
export function withConfigTable(page: string): string {
  const rows = Object.entries<Variable>(variables).map(
    ([name, { default: text, defaultShown, description }]) =>
      `| \`${name}\` | ${defaultShown ?? (text ? `\`${text}\`` : 'none')} | ${description} |\n`,
  );
  const marks = /(<!-- config table -->\n)[\s\S]*?(<!-- \/config table -->)/;
  if (!marks.test(page)) throw new Error('the page has no place for the table of variables');
  const table = `| variable | default | meaning |\n|---|---|---|\n${rows.join('')}`;
  return page.replace(marks, (_all, start: string, end: string) => start + table + end);
}

if (fileURLToPath(import.meta.url) === process.argv[1]) {
  await writeFile(configPage, withConfigTable(await readFile(configPage, 'utf8')));
}
