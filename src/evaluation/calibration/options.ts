import { resolve } from 'node:path';
import type { parseArgs } from 'node:util';
import type { FacematchVersion } from '../../models/manifest.js';
import { UsageError } from '../../util/usage-error.js';
import { type SetGroup, setGroups, weights, workers } from '../command-line.js';

export interface CalibrationOptions {
  /** Absolute path of the data set's folder. */
  folder: string;
  /** Populations for each of which the promise has to hold; empty is one of all images with an identity. */
  groups: SetGroup[];
  /** Weights of the groups in a common rate; null takes the highest rate of any group. */
  weights: Map<string, number> | null;
  /** Name of the model in the manifest; null is the one that embeds `version`. */
  model: string | null;
  pack: string;
  /** Which facematch_version embeds; null is v3, or the first one that uses `model`. */
  version: FacematchVersion | null;
  /** Absolute path of a file with one image path a line: only these images count. */
  subset: string | null;
  /** Absolute path of a CSV file of identities that are one person; null is aliases.csv of the folder, if any. */
  aliases: string | null;
  /** Absolute path of a CSV file of identities that are not compared. */
  excludePairs: string | null;
  /** Whether pairs of names that are probably one person are set aside. */
  trim: boolean;
  /** Whether the model's calibration is written. */
  write: boolean;
  /** Absolute path of the folder for the report. */
  out: string;
  workers: number;
}

/** The options as `parseArgs` of node:util reads them, with the words of their help. */
export const calibrationOptions = {
  group: {
    type: 'string',
    multiple: true,
    value: 'NAME=SET[,SET]',
    help: 'a population; may be given several times, and the promise then holds for each',
  },
  weights: {
    type: 'string',
    value: 'NAME=N[,NAME=N]',
    help: "instead, let it hold for the groups' weighted mean",
  },
  model: { type: 'string', value: 'NAME', help: 'embedder of the manifest (default: the one of --version)' },
  pack: { type: 'string', value: 'NAME', help: 'model pack (default: MODEL_PACK, or else default)' },
  version: {
    type: 'string',
    value: 'VERSION',
    help: 'none, v3 or v4: whose embedder, with or without mirror image (default: v3)',
  },
  subset: { type: 'string', value: 'FILE', help: 'only the images whose paths this file lists, one a line' },
  aliases: {
    type: 'string',
    value: 'FILE',
    help: 'CSV (name,is): identities that are one person (default: aliases.csv of the folder, if any)',
  },
  'exclude-pairs': {
    type: 'string',
    value: 'FILE',
    help: 'CSV (a,b): identities that are not compared with each other',
  },
  'no-trim': { type: 'boolean', help: 'keep pairs of names that are probably one person' },
  write: {
    type: 'boolean',
    help: "write the result into the model's calibration file, which the manifest names",
  },
  out: {
    type: 'string',
    value: 'FOLDER',
    help: 'where calibration.md and calibration.json go (default: ./eval-report)',
  },
  workers: { type: 'string', value: 'N', help: 'threads (default: WORKERS, or else the number of cores)' },
} as const;

type Given = ReturnType<typeof parseArgs<{ options: typeof calibrationOptions }>>['values'];

/**
 * Reads the command line.
 * @param folder that of the data set
 * @param defaults what applies where an option is not given
 * @throws UsageError
 */
export function parseCalibrationOptions(
  values: Given,
  folder: string,
  defaults: { pack: string; workers: number },
): CalibrationOptions {
  const groups = setGroups(values.group);
  return {
    folder: resolve(folder),
    groups,
    weights: weightsOf(groups, values.weights),
    model: values.model ?? null,
    pack: values.pack ?? defaults.pack,
    version: version(values.version),
    subset: path(values.subset),
    aliases: path(values.aliases),
    excludePairs: path(values['exclude-pairs']),
    trim: values['no-trim'] !== true,
    write: values.write === true,
    out: resolve(values.out ?? 'eval-report'),
    workers: values.workers === undefined ? defaults.workers : workers(values.workers),
  };
}

/** Every group needs its weight: one that is forgotten would count nothing. */
function weightsOf(groups: readonly SetGroup[], value: string | undefined): Map<string, number> | null {
  const given = weights(value);
  if (!given) return null;
  const known = groups.map(({ name }) => name);
  const fits = given.size === known.length && known.every((name) => given.has(name));
  if (!fits) throw new UsageError(`--weights must name each --group once: ${known.join(', ') || 'there is none'}.`);
  return given;
}

function path(value: string | undefined): string | null {
  return value === undefined ? null : resolve(value);
}

function version(value: string | undefined): FacematchVersion | null {
  if (value === undefined || value === 'none' || value === 'v3' || value === 'v4') return value ?? null;
  throw new UsageError(`--version must be none, v3 or v4, not "${value}".`);
}
