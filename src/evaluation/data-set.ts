import { readdir, stat } from 'node:fs/promises';
import { basename, join, normalize, resolve } from 'node:path';
import { readCsv } from './csv.js';
import { EvaluationError } from './evaluation-error.js';

/** A row of manifest.csv. */
export interface DataSetImage {
  /** Relative to the folder. */
  path: string;
  /** Whose face it is; empty when nobody says. */
  identity: string;
  /** Part of the data set; empty when the manifest has no sets. */
  set: string;
}

export interface DataSet {
  /** Absolute path. */
  folder: string;
  /** By path, in the manifest's order. */
  images: ReadonlyMap<string, DataSetImage>;
}

export interface LabelledPair {
  /** Paths relative to the folder. */
  a: string;
  b: string;
  /** True when both show the same person. */
  same: boolean;
}

export interface PairList {
  /** The file's name without folder and `.csv`. */
  name: string;
  pairs: LabelledPair[];
}

/**
 * Reads `manifest.csv` of a folder: the columns path and identity, and set where there is one.
 * @throws EvaluationError when it is not there or not valid
 */
export async function readDataSet(folder: string): Promise<DataSet> {
  const info = await stat(folder).catch(() => null);
  if (!info?.isDirectory()) throw new EvaluationError(`${folder} is not a folder.`);
  const file = join(folder, 'manifest.csv');
  const images = new Map<string, DataSetImage>();
  for (const { values, line } of await readCsv(file, ['path', 'identity'])) {
    if (!values.path) throw new EvaluationError(`${file}, line ${line}: the path is empty.`);
    const image = { path: normalize(values.path), identity: values.identity ?? '', set: values.set ?? '' };
    const other = images.get(image.path);
    if (other && (other.identity !== image.identity || other.set !== image.set)) {
      throw new EvaluationError(`${file}, line ${line}: ${image.path} is there twice, with different columns.`);
    }
    images.set(image.path, image);
  }
  if (images.size === 0) throw new EvaluationError(`${file} names no image.`);
  return { folder, images };
}

/**
 * Reads a pair list: the columns a, b and same (1 or 0).
 * @param file looked for in the folder first, then as a path of its own
 * @throws EvaluationError when it is not there or not valid
 */
export async function readPairList(folder: string, file: string): Promise<PairList> {
  const inFolder = join(folder, file);
  const path = (await isFile(inFolder)) ? inFolder : resolve(file);
  const rows = await readCsv(path, ['a', 'b', 'same']);
  const pairs = rows.map(({ values: { a, b, same }, line }) => {
    if (!a || !b) throw new EvaluationError(`${path}, line ${line}: an image is missing.`);
    if (same !== '0' && same !== '1') {
      throw new EvaluationError(`${path}, line ${line}: same must be 1 (one person) or 0 (two), not "${same}".`);
    }
    return { a: normalize(a), b: normalize(b), same: same === '1' };
  });
  if (pairs.length === 0) throw new EvaluationError(`${path} names no pair.`);
  return { name: basename(path).replace(/\.csv$/i, ''), pairs };
}

/** Names of the folder's pair lists, sorted. */
export async function findPairLists(folder: string): Promise<string[]> {
  return (await readdir(folder)).filter((name) => /^pairs.*\.csv$/i.test(name)).sort();
}

/** Those of the paths that are no files of the folder. */
export async function missingFiles(folder: string, paths: Iterable<string>): Promise<Set<string>> {
  const missing = new Set<string>();
  for (const path of paths) {
    if (!(await isFile(join(folder, path)))) missing.add(path);
  }
  return missing;
}

async function isFile(path: string): Promise<boolean> {
  const info = await stat(path).catch(() => null);
  return info?.isFile() ?? false;
}
