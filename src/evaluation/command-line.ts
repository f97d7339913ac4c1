import { UsageError } from '../util/usage-error.js';

/** A part of the data under a name of its own: some of its sets. */
export interface SetGroup {
  name: string;
  sets: string[];
}

/** The names of a comma-separated list, each once; null where the option is not given. @throws UsageError */
export function names(option: string, value: string | undefined): string[] | null {
  if (value === undefined) return null;
  const list = value.split(',').map((name) => name.trim());
  if (list.includes('')) throw new UsageError(`${option} has an empty name: "${value}"`);
  return [...new Set(list)];
}

/** A whole number of threads, 1–256. @throws UsageError */
export function workers(value: string): number {
  return wholeNumber('--workers', value, 1, 256);
}

/** @throws UsageError when it is no whole number of the range */
export function wholeNumber(option: string, value: string, least: number, most: number): number {
  if (/^\d{1,9}$/.test(value) && Number(value) >= least && Number(value) <= most) return Number(value);
  throw new UsageError(`${option} must be a whole number from ${least} to ${most}, not "${value}".`);
}

/**
 * Reads `NAME=SET[,SET]`, given any number of times.
 * @throws UsageError when a value reads otherwise, or a name or a set is there twice: each image counts in one
 * group only
 */
export function setGroups(values: readonly string[] | undefined): SetGroup[] {
  const groups = (values ?? []).map((value) => {
    const [, name, list] = /^([^=,]+)=(.+)$/.exec(value) ?? [];
    if (!name || !list) throw new UsageError(`--group must be NAME=SET[,SET], not "${value}".`);
    return { name: name.trim(), sets: names('--group', list) ?? [] };
  });
  const twice = (all: string[]) => all.find((one, i) => all.indexOf(one) !== i);
  const name = twice(groups.map((group) => group.name));
  if (name !== undefined) throw new UsageError(`--group ${name} is there twice; name all of its sets in one.`);
  const set = twice(groups.flatMap(({ sets }) => sets));
  if (set !== undefined) throw new UsageError(`The set ${set} is in two groups.`);
  return groups;
}

/** Reads `NAME=WEIGHT[,NAME=WEIGHT]` with weights above 0. @throws UsageError */
export function weights(value: string | undefined): Map<string, number> | null {
  const list = names('--weights', value);
  if (!list) return null;
  return new Map(
    list.map((item) => {
      const [, name, weight] = /^([^=]+)=(\d+(?:\.\d+)?)$/.exec(item) ?? [];
      if (!name || !(Number(weight) > 0))
        throw new UsageError(`--weights must be GROUP=NUMBER[,GROUP=NUMBER], not "${item}".`);
      return [name, Number(weight)] as const;
    }),
  );
}
