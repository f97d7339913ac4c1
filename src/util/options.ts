import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { UsageError } from './usage-error.js';

/** One option of a command: what `parseArgs` of node:util reads, the words of the help, and how a text becomes a value. */
export interface Option {
  type: 'string' | 'boolean';
  /** What the option does, as one sentence without a full stop. */
  help: string;
  /** How its value reads in the help, such as `FILE`; only a flag has none. */
  value?: string;
  multiple?: boolean;
  /** The text that counts where the option is not given. */
  default?: string;
  /**
   * The value of the text, or of all texts of an option that may be given several times; without it the text is the value.
   * @param name with its dashes, for messages
   * @throws UsageError
   */
  read?: (given: never, name: string) => unknown;
}

/** By name as the code has it: `minFaceWidth` is `--min-face-width`. */
export type Options = Readonly<Record<string, Option>>;

type ValueOf<O extends Option> = O extends { type: 'boolean' }
  ? boolean
  :
      | (O extends { read: (given: never, name: string) => infer T }
          ? T
          : O extends { multiple: true }
            ? string[]
            : string)
      | (O extends { default: string } ? never : undefined);

/** What the options come to: false for a flag that is not given, undefined for another option without a default. */
export type Values<O extends Options> = { -readonly [Name in keyof O]: ValueOf<O[Name]> };

/** @throws UsageError for an option that there is not, or a value that cannot be read */
export function readOptions<O extends Options>(
  args: readonly string[],
  options: O,
): { values: Values<O>; operands: string[] } {
  const byName = Object.entries<Option>(options).map(([key, option]) => ({ key, name: dashed(key), option }));
  const config = byName.map(({ name, option: { type, multiple = false } }) => [name, { type, multiple }] as const);
  const { values, positionals } = parsed({
    args: [...args],
    options: Object.fromEntries(config),
    allowPositionals: true,
  });
  const read = byName.map(({ key, name, option }) => {
    const given = values[name] ?? option.default;
    if (option.type === 'boolean') return [key, given === true];
    return [key, given !== undefined && option.read ? option.read(given as never, `--${name}`) : given];
  });
  return { values: Object.fromEntries(read) as Values<O>, operands: positionals };
}

/** As it is typed. */
export function dashed(key: string): string {
  return key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

function parsed(config: NonNullable<Parameters<typeof parseArgs>[0]>) {
  try {
    return parseArgs(config);
  } catch (error) {
    if (String((error as NodeJS.ErrnoException).code).startsWith('ERR_PARSE_ARGS')) {
      throw new UsageError((error as Error).message);
    }
    throw error;
  }
}

/** Reads a whole number of the range. */
export function wholeNumber(from: number, to: number) {
  return (text: string, name: string): number => {
    if (/^\d{1,9}$/.test(text) && Number(text) >= from && Number(text) <= to) return Number(text);
    throw new UsageError(`${name} must be a whole number from ${from} to ${to}, not "${text}".`);
  };
}

/** Reads one of a few words. */
export function oneOf<const Words extends readonly string[]>(...words: Words) {
  return (text: string, name: string): Words[number] => {
    if (words.includes(text)) return text;
    throw new UsageError(`${name} must be ${words.slice(0, -1).join(', ')} or ${words.at(-1)}, not "${text}".`);
  };
}

/** Reads a path; relative ones begin in the folder that the command runs in. */
export function absolutePath(text: string): string {
  return resolve(text);
}

/** Reads the names of a comma-separated list, each once. */
export function nameList(text: string, option: string): string[] {
  const names = text.split(',').map((name) => name.trim());
  if (names.includes('')) throw new UsageError(`${option} has an empty name: "${text}"`);
  return [...new Set(names)];
}
