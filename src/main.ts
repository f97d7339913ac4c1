#!/usr/bin/env node
import './core/no-telemetry.js';

import { row } from './cli/command.js';
import { commands, type Entry } from './cli/commands.js';
import { readDotEnv } from './cli/dot-env.js';
import { runScript } from './cli/run-script.js';
import { UsageError } from './util/usage-error.js';
import { serverVersion } from './util/version.js';

await runScript(() => facesearch(process.argv.slice(2)));

async function facesearch([name, ...args]: readonly string[]): Promise<void> {
  if (name === undefined) throw new UsageError(`Name a command.\n\n${overview()}`);
  if (name === '--version' || name === '-V') console.log(serverVersion);
  else if (name === 'help' || name === '--help' || name === '-h') await help(args);
  else if (args.some((arg) => arg === '--help' || arg === '-h')) await help([name]);
  else {
    const entry = find(name);
    readDotEnv();
    try {
      await (await entry.load()).run(args);
    } catch (error) {
      if (!(error instanceof UsageError)) throw error;
      throw new UsageError(`facesearch ${name}: ${error.message}\nSee: facesearch help ${name}`);
    }
  }
}

async function help([name, ...rest]: readonly string[]): Promise<void> {
  if (rest.length > 0) throw new UsageError('One command at a time: facesearch help <command>');
  if (name === undefined || name === 'help') {
    console.log(overview());
    return;
  }
  const entry = find(name);
  console.log((await entry.load()).help(entry));
}

function find(name: string): Entry {
  const entry = commands.find((one) => one.name === name);
  if (entry) return entry;
  throw new UsageError(`There is no command "${name}". See: facesearch help`);
}

function overview(): string {
  const rows = commands.map(({ name, summary }) => row(`  ${name}`, summary)).join('\n');
  return `Usage: facesearch <command> [options]

${rows}
${row('  help [<command>]', 'Says more about a command.')}
${row('  --version', 'Prints the version.')}

Settings come from environment variables, or from the file .env of this folder: see docs/configuration.md.`;
}
