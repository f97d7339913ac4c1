import { EvaluationError } from './evaluation-error.js';

/** A part of the data under a name of its own: some of its sets. */
export interface SetGroup {
  name: string;
  sets: string[];
}

/** Makes the error for a wrong command line; it ends with how the command is used. */
export type Wrong = (message: string) => EvaluationError;

export function wrongWith(usage: string): Wrong {
  return (message) => new EvaluationError(`${message}\n\n${usage}`);
}

/** The names of a comma-separated list, each once; null where the option is not given. @throws EvaluationError */
export function names(option: string, value: string | undefined, wrong: Wrong): string[] | null {
  if (value === undefined) return null;
  const list = value.split(',').map((name) => name.trim());
  if (list.includes('')) throw wrong(`${option} has an empty name: "${value}"`);
  return [...new Set(list)];
}

/** A whole number of threads, 1–256. @throws EvaluationError */
export function workers(value: string, wrong: Wrong): number {
  return wholeNumber('--workers', value, 1, 256, wrong);
}

/** @throws EvaluationError when it is no whole number of the range */
export function wholeNumber(option: string, value: string, least: number, most: number, wrong: Wrong): number {
  if (/^\d{1,9}$/.test(value) && Number(value) >= least && Number(value) <= most) return Number(value);
  throw wrong(`${option} must be a whole number from ${least} to ${most}, not "${value}".`);
}

/**
 * Reads `NAME=SET[,SET]`, given any number of times.
 * @throws EvaluationError when a value reads otherwise, or a name or a set is there twice: each image counts in one
 * group only
 */
export function setGroups(values: readonly string[] | undefined, wrong: Wrong): SetGroup[] {
  const groups = (values ?? []).map((value) => {
    const [, name, list] = /^([^=,]+)=(.+)$/.exec(value) ?? [];
    if (!name || !list) throw wrong(`--group must be NAME=SET[,SET], not "${value}".`);
    return { name: name.trim(), sets: names('--group', list, wrong) ?? [] };
  });
  const twice = (all: string[]) => all.find((one, i) => all.indexOf(one) !== i);
  const name = twice(groups.map((group) => group.name));
  if (name !== undefined) throw wrong(`--group ${name} is there twice; name all of its sets in one.`);
  const set = twice(groups.flatMap(({ sets }) => sets));
  if (set !== undefined) throw wrong(`The set ${set} is in two groups.`);
  return groups;
}

/** Reads `NAME=WEIGHT[,NAME=WEIGHT]` with weights above 0. @throws EvaluationError */
export function weights(value: string | undefined, wrong: Wrong): Map<string, number> | null {
  const list = names('--weights', value, wrong);
  if (!list) return null;
  return new Map(
    list.map((item) => {
      const [, name, weight] = /^([^=]+)=(\d+(?:\.\d+)?)$/.exec(item) ?? [];
      if (!name || !(Number(weight) > 0)) throw wrong(`--weights must be GROUP=NUMBER[,GROUP=NUMBER], not "${item}".`);
      return [name, Number(weight)] as const;
    }),
  );
}
