import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Variable, variables } from '../src/config.js';
import { projectRoot } from '../src/models/paths.js';

/** README with the table of configuration variables made anew from their declarations. */
export function withConfigTable(readme: string): string {
  const rows = Object.entries<Variable>(variables).map(
    ([name, { default: text, defaultShown, description }]) =>
      `| \`${name}\` | ${defaultShown ?? (text ? `\`${text}\`` : 'none')} | ${description} |\n`,
  );
  const marks = /(<!-- config table -->\n)[\s\S]*?(<!-- \/config table -->)/;
  if (!marks.test(readme)) throw new Error('the README has no place for the table of variables');
  const table = `| variable | default | meaning |\n|---|---|---|\n${rows.join('')}`;
  return readme.replace(marks, (_all, start: string, end: string) => start + table + end);
}

if (fileURLToPath(import.meta.url) === process.argv[1]) {
  const path = join(projectRoot, 'README.md');
  await writeFile(path, withConfigTable(await readFile(path, 'utf8')));
}
