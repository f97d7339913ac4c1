import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readConfig } from '../../src/config/config.js';
import { misspeltSettings } from '../../src/config/misspelt.js';
import { variables } from '../../src/config/schema.js';
import { projectRoot } from '../../src/util/paths.js';

/** Names of docker-compose.yml alone. */
const ofCompose = ['PUBLISH'];
const folder = join(projectRoot, 'deploy');
const files = readdirSync(folder).filter((name) => name.startsWith('env.'));

/** Its lines that hold a variable. @param commented also those that wait for somebody to take their # away */
function variablesOf(name: string, commented: boolean): Record<string, string> {
  const lines = readFileSync(join(folder, name), 'utf8').split('\n');
  const form = commented ? /^#?([A-Z_0-9]+)=(\S*)$/ : /^([A-Z_0-9]+)=(\S*)$/;
  return Object.fromEntries(
    lines.flatMap((line) => (form.exec(line) ? [line.replace(/^#/, '').split(/=(.*)/, 2)] : [])),
  );
}

test('there are ready settings for a school and a bank', () => {
  expect(files).toEqual(['env.bank', 'env.school']);
});

test.each(files)('%s has settings only, each with a good value that Compose and Node.js read alike', (name) => {
  const env = variablesOf(name, false);
  expect(Object.keys(env).length).toBeGreaterThan(5);
  expect(() => readConfig(env)).not.toThrow();
  expect(misspeltSettings(env)).toEqual([]);
  for (const [variable, value] of Object.entries(variablesOf(name, true))) {
    expect([...Object.keys(variables), ...ofCompose], variable).toContain(variable);
    expect(value, variable).toMatch(/^[^"'$\\#]+$/);
  }
});
