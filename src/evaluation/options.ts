import { resolve } from 'node:path';
import type { parseArgs } from 'node:util';
import type { FacematchVersion } from '../models/manifest.js';
import { UsageError } from '../util/usage-error.js';
import { names, type SetGroup, setGroups, wholeNumber, workers } from './command-line.js';

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

/** The options as `parseArgs` of node:util reads them, with the words of their help. */
export const evaluationOptions = {
  set: { type: 'string', value: 'NAME[,NAME]', help: 'evaluate the images of these sets' },
  pairs: { type: 'string', value: 'FILE[,FILE]', help: 'pair lists (default: every pairs*.csv in the folder)' },
  subset: { type: 'string', value: 'FILE', help: 'evaluate only the images whose paths this file lists, one a line' },
  group: {
    type: 'string',
    multiple: true,
    value: 'NAME=SET[,SET]',
    help: 'give these sets numbers together; may be given several times',
  },
  aliases: {
    type: 'string',
    value: 'FILE',
    help: 'identities that are one person (default: aliases.csv of the folder, if there is one)',
  },
  corrections: {
    type: 'string',
    value: 'FILE',
    help: "labels (path,label) to count by as well as by the manifest's, for the gates",
  },
  only: {
    type: 'string',
    value: 'HALF',
    help: 'recognition or gates (default: both, gates where the manifest has labels)',
  },
  'min-face-width': {
    type: 'string',
    value: 'N',
    help: 'gates: a narrower face does not count, in pixels, as MIN_FACE_WIDTH (default: 0, off)',
  },
  pack: { type: 'string', value: 'NAME', help: 'model pack (default: MODEL_PACK, or else default)' },
  version: { type: 'string', value: 'VERSION', help: 'none, v3 or v4 (default: v3)' },
  out: { type: 'string', value: 'FOLDER', help: 'where the report goes (default: ./eval-report)' },
  docs: {
    type: 'string',
    value: 'FILE',
    help: 'also write this Markdown file for readers; its pictures go into a folder of its name',
  },
  workers: { type: 'string', value: 'N', help: 'threads (default: WORKERS, or else the number of cores)' },
} as const;

type Given = ReturnType<typeof parseArgs<{ options: typeof evaluationOptions }>>['values'];

/**
 * Reads the command line.
 * @param folder that of the data set
 * @param defaults what applies where an option is not given
 * @throws UsageError
 */
export function parseOptions(
  values: Given,
  folder: string,
  defaults: { pack: string; workers: number },
): EvaluationOptions {
  return {
    folder: resolve(folder),
    sets: names('--set', values.set),
    pairs: names('--pairs', values.pairs),
    subset: path(values.subset),
    groups: setGroups(values.group),
    aliases: path(values.aliases),
    corrections: path(values.corrections),
    only: only(values.only),
    minFaceWidth: wholeNumber('--min-face-width', values['min-face-width'] ?? '0', 0, 10_000),
    pack: values.pack ?? defaults.pack,
    version: version(values.version ?? 'v3'),
    out: resolve(values.out ?? 'eval-report'),
    docs: path(values.docs),
    workers: values.workers === undefined ? defaults.workers : workers(values.workers),
  };
}

function path(value: string | undefined): string | null {
  return value === undefined ? null : resolve(value);
}

function version(value: string): FacematchVersion {
  if (value === 'none' || value === 'v3' || value === 'v4') return value;
  throw new UsageError(`--version must be none, v3 or v4, not "${value}".`);
}

function only(value: string | undefined): EvaluationOptions['only'] {
  if (value === undefined || value === 'recognition' || value === 'gates') return value ?? null;
  throw new UsageError(`--only must be recognition or gates, not "${value}".`);
}
