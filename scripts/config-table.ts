import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type SettingGroup, settingGroups } from '../src/config/schema.js';
import { projectRoot } from '../src/util/paths.js';

/** Has the tables of variables. */
export const configPage = join(projectRoot, 'docs', 'configuration.md');

/** The page on configuration with the tables of configuration variables, one a group, made anew from their declarations. */
export function withConfigTable(page: string): string {
  const marks = /(<!-- config table -->\n)[\s\S]*?(<!-- \/config table -->)/;
  if (!marks.test(page)) throw new Error('the page has no place for the table of variables');
  const tables = settingGroups.map(tableOf).join('\n');
  return page.replace(marks, (_all, start: string, end: string) => start + tables + end);
}

function tableOf({ title, variables }: SettingGroup): string {
  const rows = Object.entries(variables).map(
    ([name, { default: text, defaultShown, description }]) =>
      `| \`${name}\` | ${defaultShown ?? (text ? `\`${text}\`` : 'none')} | ${description} |\n`,
  );
  return `## ${title}\n\n| variable | default | meaning |\n|---|---|---|\n${rows.join('')}`;
}

if (fileURLToPath(import.meta.url) === process.argv[1]) {
  await writeFile(configPage, withConfigTable(await readFile(configPage, 'utf8')));
}
