import { absolutePath, nameList, type Options, type Values } from '../../util/options.js';
import { UsageError } from '../../util/usage-error.js';
import { type DataDefaults, dataOptions, readVersion } from '../options.js';

export const calibrationOptions = {
  ...dataOptions,
  group: {
    ...dataOptions.group,
    help: 'a population; may be given several times, and the promise then holds for each',
  },
  weights: {
    type: 'string',
    value: 'NAME=N[,NAME=N]',
    help: "instead, let it hold for the groups' weighted mean",
    read: readWeights,
  },
  model: { type: 'string', value: 'NAME', help: 'embedder of the manifest (default: the one of --version)' },
  version: {
    type: 'string',
    value: 'VERSION',
    help: 'none, v3 or v4: whose embedder, with or without mirror image (default: v3)',
    read: readVersion,
  },
  excludePairs: {
    type: 'string',
    value: 'FILE',
    help: 'CSV (a,b): identities that are not compared with each other',
    read: absolutePath,
  },
  noTrim: { type: 'boolean', help: 'keep pairs of names that are probably one person' },
  write: {
    type: 'boolean',
    help: "write the result into the model's calibration file, which the manifest names",
  },
} as const satisfies Options;

export type CalibrationOptions = Omit<Values<typeof calibrationOptions>, keyof DataDefaults> & DataDefaults;

/** @throws UsageError where the other options do not fit the groups */
export function checkGroups({ group = [], weights }: Values<typeof calibrationOptions>): void {
  const known = group.map(({ name }) => name);
  // A group whose weight is forgotten would count nothing.
  if (weights && !(weights.size === known.length && known.every((name) => weights.has(name)))) {
    throw new UsageError(`--weights must name each --group once: ${known.join(', ') || 'there is none'}.`);
  }
}

/** Reads `NAME=WEIGHT[,NAME=WEIGHT]` with weights above 0. */
function readWeights(text: string, option: string): Map<string, number> {
  const weights = nameList(text, option).map((item) => {
    const [, name, weight] = /^([^=]+)=(\d+(?:\.\d+)?)$/.exec(item) ?? [];
    if (!name || !(Number(weight) > 0))
      throw new UsageError(`${option} must be GROUP=NUMBER[,GROUP=NUMBER], not "${item}".`);
    return [name, Number(weight)] as const;
  });
  return new Map(weights);
}
