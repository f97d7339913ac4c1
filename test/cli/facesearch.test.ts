import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { commands } from '../../src/cli/commands.js';
import { projectRoot } from '../../src/util/paths.js';
import { runCommand } from '../support/command.js';

const facesearch = (command: string, ...args: string[]) => runCommand(command, '/nowhere', args);

test('help names every command, and says more about each', async () => {
  const { code, stdout } = await facesearch('help');
  expect(code).toBe(0);
  for (const { name, summary, load } of commands) {
    expect(stdout).toContain(`  ${name} `);
    expect(summary).toMatch(/^[A-Z].*\.$/);
    const help = (await load()).help({ name, summary });
    expect(help, name).toContain(`Usage: facesearch ${name}`);
    for (const line of help.split('\n')) expect(line.length, line).toBeLessThanOrEqual(110);
  }
  const asked = await Promise.all([facesearch('help', 'keys'), facesearch('keys', '--help'), facesearch('keys', '-h')]);
  for (const { code, stdout } of asked) {
    expect(code).toBe(0);
    expect(stdout).toContain('--read-only');
    expect(stdout).toBe(asked[0].stdout);
  }
  expect((await facesearch('--help')).stdout).toBe(stdout);
});

test('the version is that of the package', async () => {
  const { version } = JSON.parse(await readFile(join(projectRoot, 'package.json'), 'utf8')) as { version: string };
  expect(await facesearch('--version')).toEqual({ code: 0, stdout: `${version}\n`, stderr: '' });
});

test.each([
  ['an unknown command', ['serv'], 'There is no command "serv". See: facesearch help'],
  ['help about one', ['help', 'serv'], 'There is no command "serv"'],
  ['an unknown option', ['restore', 'file', '--what'], "Unknown option '--what'"],
  ['an option without its value', ['keys', 'create', '--tenant'], '--tenant'],
  ['a missing operand', ['restore'], 'facesearch restore: <file> is missing.\nSee: facesearch help restore'],
  ['an operand too many', ['backup', 'a', 'b'], 'There is nothing to do with "b".'],
])('%s is refused with a clear message and exit code 2', async (_, [command = '', ...args], message) => {
  const { code, stdout, stderr } = await facesearch(command, ...args);
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(stderr).toContain(message.replace('--tenant', '--tenant'));
  expect(stderr).not.toContain('    at ');
});

test('an error that the operator can fix is one message, with exit code 1', async () => {
  const { code, stderr } = await runCommand('serve', '/nowhere', [], { env: { PORT: 'x' } });
  expect(code).toBe(1);
  expect(stderr).toMatch(/^The configuration is wrong:\n {2}PORT: /);
});
