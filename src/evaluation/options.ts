import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import type { FacematchVersion } from '../models/manifest.js';
import { EvaluationError } from './evaluation-error.js';

export interface EvaluationOptions {
  /** Absolute path of the data set's folder. */
  folder: string;
  /** Sets whose images are evaluated; null is all that the pair lists name, or everything where there is no list. */
  sets: string[] | null;
  /** Pair lists; null is every pairs*.csv of the folder. */
  pairs: string[] | null;
  /** Name of the model pack. */
  pack: string;
  version: FacematchVersion;
  /** Absolute path of the folder for the report. */
  out: string;
  /** Threads that embed. */
  workers: number;
}

export const USAGE = `Usage: npm run eval -- <folder> [options]

  <folder>             holds manifest.csv (path,identity[,set]) and, if there are any, pair lists pairs*.csv (a,b,same)
  --set NAME[,NAME]    evaluate the images of these sets
  --pairs FILE[,FILE]  pair lists (default: every pairs*.csv in the folder)
  --pack NAME          model pack (default: MODEL_PACK, or else default)
  --version VERSION    none, v3 or v4 (default: v3)
  --out FOLDER         where the report goes (default: ./eval-report)
  --workers N          threads (default: WORKERS, or else the number of cores)`;

/**
 * Reads the command line.
 * @param args without the program's and the script's name
 * @param defaults what applies where an option is not given
 * @returns null when help was asked for
 * @throws EvaluationError
 */
export function parseOptions(
  args: readonly string[],
  defaults: { pack: string; workers: number },
): EvaluationOptions | null {
  const { values, positionals } = parse(args);
  if (values.help) return null;
  const [folder, ...rest] = positionals;
  if (!folder) throw wrong('Name the folder of the data set.');
  if (rest.length > 0) throw wrong(`One folder at a time; these are too many: ${rest.join(' ')}`);
  return {
    folder: resolve(folder),
    sets: names('--set', values.set),
    pairs: names('--pairs', values.pairs),
    pack: values.pack ?? defaults.pack,
    version: version(values.version ?? 'v3'),
    out: resolve(values.out ?? 'eval-report'),
    workers: values.workers === undefined ? defaults.workers : workers(values.workers),
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        set: { type: 'string' },
        pairs: { type: 'string' },
        pack: { type: 'string' },
        version: { type: 'string' },
        out: { type: 'string' },
        workers: { type: 'string' },
        help: { type: 'boolean', short: 'h' },
      },
    });
  } catch (error) {
    throw wrong((error as Error).message);
  }
}

function wrong(message: string): EvaluationError {
  return new EvaluationError(`${message}\n\n${USAGE}`);
}

function names(option: string, value: string | undefined): string[] | null {
  if (value === undefined) return null;
  const list = value.split(',').map((name) => name.trim());
  if (list.includes('')) throw wrong(`${option} has an empty name: "${value}"`);
  return [...new Set(list)];
}

function version(value: string): FacematchVersion {
  if (value === 'none' || value === 'v3' || value === 'v4') return value;
  throw wrong(`--version must be none, v3 or v4, not "${value}".`);
}

function workers(value: string): number {
  if (/^[1-9]\d{0,2}$/.test(value) && Number(value) <= 256) return Number(value);
  throw wrong(`--workers must be a whole number from 1 to 256, not "${value}".`);
}
