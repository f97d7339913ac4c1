import { absolutePath, nameList, type Options, oneOf, type Values, wholeNumber } from '../util/options.js';
import { UsageError } from '../util/usage-error.js';

/** A part of the data under a name of its own: some of its sets. */
export interface SetGroup {
  name: string;
  sets: string[];
}

/** Options that `eval` and `calibrate` share. */
export const dataOptions = {
  group: {
    type: 'string',
    multiple: true,
    value: 'NAME=SET[,SET]',
    help: 'give these sets numbers together; may be given several times',
    read: setGroups,
  },
  subset: {
    type: 'string',
    value: 'FILE',
    help: 'only the images whose paths this file lists, one a line',
    read: absolutePath,
  },
  aliases: {
    type: 'string',
    value: 'FILE',
    help: 'CSV (name,is): identities that are one person (default: aliases.csv of the folder, if there is one)',
    read: absolutePath,
  },
  pack: { type: 'string', value: 'NAME', help: 'model pack (default: MODEL_PACK, or else default)' },
  out: {
    type: 'string',
    value: 'FOLDER',
    default: 'eval-report',
    help: 'where the report goes',
    read: absolutePath,
  },
  workers: {
    type: 'string',
    value: 'N',
    help: 'threads (default: WORKERS, or else the number of cores)',
    read: wholeNumber(1, 256),
  },
} as const satisfies Options;

export const readVersion = oneOf('none', 'v3', 'v4');

export const evaluationOptions = {
  set: { type: 'string', value: 'NAME[,NAME]', help: 'evaluate the images of these sets', read: nameList },
  pairs: {
    type: 'string',
    value: 'FILE[,FILE]',
    help: 'pair lists (default: every pairs*.csv in the folder)',
    read: nameList,
  },
  ...dataOptions,
  corrections: {
    type: 'string',
    value: 'FILE',
    help: "labels (path,label) to count by as well as by the manifest's, for the gates",
    read: absolutePath,
  },
  only: {
    type: 'string',
    value: 'HALF',
    help: 'recognition or gates (default: both, gates where the manifest has labels)',
    read: oneOf('recognition', 'gates'),
  },
  by: {
    type: 'string',
    value: 'COLUMN',
    help: 'gates: count free faces by this column of the manifest, too, within each set',
  },
  minFaceWidth: {
    type: 'string',
    value: 'N',
    default: '0',
    help: 'gates: a narrower face is not embedded, in pixels, as MIN_FACE_WIDTH; 0 is off',
    read: wholeNumber(0, 10_000),
  },
  liveness: { type: 'boolean', help: 'gates: as with LIVENESS=refuse; images of the label not_live must be refused' },
  version: { type: 'string', value: 'VERSION', default: 'v3', help: 'none, v3 or v4', read: readVersion },
  docs: {
    type: 'string',
    value: 'FILE',
    help: 'also write this Markdown file for readers; its pictures go into a folder of its name',
    read: absolutePath,
  },
} as const satisfies Options;

/** What a data set is read with: its folder, and what the environment says where the command line does not. */
export interface DataDefaults {
  /** Absolute path of the data set's folder. */
  folder: string;
  /** Name of the model pack. */
  pack: string;
  /** Threads that embed. */
  workers: number;
}

export type EvaluationOptions = Omit<Values<typeof evaluationOptions>, keyof DataDefaults> & DataDefaults;

/**
 * Reads `NAME=SET[,SET]`, given any number of times.
 * @throws UsageError when a value reads otherwise, or a name or a set is there twice: each image counts in one
 * group only
 */
function setGroups(values: readonly string[]): SetGroup[] {
  const groups = values.map((value) => {
    const [, name, list] = /^([^=,]+)=(.+)$/.exec(value) ?? [];
    if (!name || !list) throw new UsageError(`--group must be NAME=SET[,SET], not "${value}".`);
    return { name: name.trim(), sets: nameList(list, '--group') };
  });
  const twice = (all: string[]) => all.find((one, i) => all.indexOf(one) !== i);
  const name = twice(groups.map((group) => group.name));
  if (name !== undefined) throw new UsageError(`--group ${name} is there twice; name all of its sets in one.`);
  const set = twice(groups.flatMap(({ sets }) => sets));
  if (set !== undefined) throw new UsageError(`The set ${set} is in two groups.`);
  return groups;
}
