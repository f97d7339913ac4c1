import { dashed, type Option, type Options, readOptions, type Values } from '../util/options.js';
import { UsageError } from '../util/usage-error.js';

export interface CommandSpec<O extends Options> {
  /** What the command does, where the summary of the table of commands does not say it all. */
  about?: string;
  /** What follows the name, in its order: `<file>` must be there, `[<file>]` may. */
  operands?: readonly string[];
  options?: O;
  /** Lines beneath the options: examples, exit codes, variables. */
  notes?: string;
  /**
   * Does it. `process.exitCode` is 1 where it was done, but not in full.
   * @throws UsageError for a wrong command line; any error that run-script.ts knows is shown as its message alone
   */
  run(values: Values<O>, operands: readonly string[]): Promise<void>;
}

/** A command without the types of its options. */
export interface Command {
  help(entry: { name: string; summary: string }): string;
  /** @param args what follows the command's name */
  run(args: readonly string[]): Promise<void>;
}

export function defineCommand<const O extends Options = Record<never, never>>(spec: CommandSpec<O>): Command {
  const { operands = [], options = {} as O } = spec;
  return {
    help: (entry) => helpOf(entry, spec),
    async run(args) {
      const { values, operands: given } = readOptions(args, options);
      const missing = operands.filter((operand) => operand.startsWith('<'))[given.length];
      if (missing !== undefined) throw new UsageError(`${missing} is missing.`);
      const rest = given.slice(operands.length);
      if (rest.length > 0)
        throw new UsageError(`There is nothing to do with ${rest.map((one) => `"${one}"`).join(', ')}.`);
      await spec.run(values, given);
    },
  };
}

const HELP_COLUMN = 26;
const HELP_WIDTH = 100;

function helpOf<O extends Options>(
  { name, summary }: { name: string; summary: string },
  { about, operands = [], options, notes }: CommandSpec<O>,
): string {
  const list = Object.entries<Option>(options ?? {});
  const usage = ['facesearch', name, ...operands, ...(list.length > 0 ? ['[options]'] : [])].join(' ');
  const rows = list.map(([option, { help, value, default: standard }]) => {
    const label = `  --${dashed(option)}${value ? ` ${value}` : ''}`;
    return row(label, standard ? `${help} (default: ${standard})` : help);
  });
  const parts = [wrap(about ?? summary, HELP_WIDTH).join('\n'), `Usage: ${usage}`, rows.join('\n'), notes];
  return parts.filter(Boolean).join('\n\n');
}

/** A line of a list: a label, and text beside it. */
export function row(label: string, text: string): string {
  const indent = ' '.repeat(HELP_COLUMN);
  const words = wrap(text, HELP_WIDTH - HELP_COLUMN).join(`\n${indent}`);
  return label.length < HELP_COLUMN ? label.padEnd(HELP_COLUMN) + words : `${label}\n${indent}${words}`;
}

function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(/\s+/)) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= width) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}
