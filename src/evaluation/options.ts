import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import type { FacematchVersion } from '../models/manifest.js';
import { names, type SetGroup, setGroups, wholeNumber, workers, wrongWith } from './command-line.js';

export interface EvaluationOptions {
  /** Absolute path of the data set's folder. */
  folder: string;
  /** Sets whose images are evaluated; null is all that the pair lists name, or everything where there is no list. */
  sets: string[] | null;
  /** Pair lists; null is every pairs*.csv of the folder. */
  pairs: string[] | null;
  /** Absolute path of a file with one image path a line: only these images count. */
  subset: string | null;
  /** Sets that get numbers together. */
  groups: SetGroup[];
  /** Absolute path of a CSV file that says which identities are one person; null is aliases.csv of the folder, if any. */
  aliases: string | null;
  /** Absolute path of a CSV file with labels that replace the manifest's for the gates; null is none. */
  corrections: string | null;
  /** Which half of the evaluation is done; null is both. */
  only: 'recognition' | 'gates' | null;
  /** A narrower face does not count as detected by the gates, in pixels; 0 takes every width. */
  minFaceWidth: number;
  /** Absolute path of an earlier report.json to compare with. */
  before: string | null;
  /** Name of the model pack. */
  pack: string;
  version: FacematchVersion;
  /** Absolute path of the folder for the report. */
  out: string;
  /** Absolute path of a Markdown file for readers, written with its pictures beside it. */
  docs: string | null;
  /** Threads that embed. */
  workers: number;
}

export const USAGE = `Usage: npm run eval -- <folder> [options]

  <folder>             holds manifest.csv (path,identity[,set][,label][,expect]) and, if there are any, pair lists
                       pairs*.csv (a,b,same) and aliases.csv (name,is)
  --set NAME[,NAME]    evaluate the images of these sets
  --pairs FILE[,FILE]  pair lists (default: every pairs*.csv in the folder)
  --subset FILE        evaluate only the images whose paths this file lists, one a line
  --group NAME=SET[,SET]
                       give these sets numbers together; may be given several times
  --aliases FILE       identities that are one person (default: aliases.csv of the folder, if there is one)
  --corrections FILE   labels (path,label) to count by as well as by the manifest's, for the gates
  --only HALF          recognition or gates (default: both, gates where the manifest has labels)
  --min-face-width N   gates: a narrower face does not count, in pixels, as MIN_FACE_WIDTH (default: 0, off)
  --before FILE        report.json of an earlier run, to compare with
  --pack NAME          model pack (default: MODEL_PACK, or else default)
  --version VERSION    none, v3 or v4 (default: v3)
  --out FOLDER         where the report goes (default: ./eval-report)
  --docs FILE          also write this Markdown file for readers; its pictures go into a folder of its name
  --workers N          threads (default: WORKERS, or else the number of cores)`;

const wrong = wrongWith(USAGE);

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
    sets: names('--set', values.set, wrong),
    pairs: names('--pairs', values.pairs, wrong),
    subset: path(values.subset),
    groups: setGroups(values.group, wrong),
    aliases: path(values.aliases),
    corrections: path(values.corrections),
    only: only(values.only),
    minFaceWidth: wholeNumber('--min-face-width', values['min-face-width'] ?? '0', 0, 10_000, wrong),
    before: path(values.before),
    pack: values.pack ?? defaults.pack,
    version: version(values.version ?? 'v3'),
    out: resolve(values.out ?? 'eval-report'),
    docs: path(values.docs),
    workers: values.workers === undefined ? defaults.workers : workers(values.workers, wrong),
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
        subset: { type: 'string' },
        group: { type: 'string', multiple: true },
        aliases: { type: 'string' },
        corrections: { type: 'string' },
        only: { type: 'string' },
        'min-face-width': { type: 'string' },
        before: { type: 'string' },
        pack: { type: 'string' },
        version: { type: 'string' },
        out: { type: 'string' },
        docs: { type: 'string' },
        workers: { type: 'string' },
        help: { type: 'boolean', short: 'h' },
      },
    });
  } catch (error) {
    throw wrong((error as Error).message);
  }
}

function path(value: string | undefined): string | null {
  return value === undefined ? null : resolve(value);
}

function version(value: string): FacematchVersion {
  if (value === 'none' || value === 'v3' || value === 'v4') return value;
  throw wrong(`--version must be none, v3 or v4, not "${value}".`);
}

function only(value: string | undefined): EvaluationOptions['only'] {
  if (value === undefined || value === 'recognition' || value === 'gates') return value ?? null;
  throw wrong(`--only must be recognition or gates, not "${value}".`);
}
