import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, join, normalize, resolve } from 'node:path';
import { type CsvRow, readCsv } from '../util/csv.js';
import { InputError } from '../util/input-error.js';
import { PHOTO_CODES } from './gates/outcome.js';

/** A row of manifest.csv. */
export interface DataSetImage {
  /** Relative to the folder. */
  path: string;
  /** Whose face it is; empty when it is not known. */
  identity: string;
  /** Part of the data set; empty when the manifest has no sets. */
  set: string;
  /** What the column that was asked for says, such as a group of people; undefined where none was asked for. */
  by?: string;
  /** What the image shows, in the vocabulary of gates/expectation.ts; empty when there is no label. */
  labels: string[];
  /** The code that the server should answer, where the manifest says so itself. */
  expect: number | null;
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
 * Reads `manifest.csv` of a folder: path and identity, and set, label and expect where there are such columns. With
 * labels or expectations there need be no identities.
 * @param aliases a CSV file with the columns `name` and `is`: the first identity is the same person as the second; by
 * default the folder's aliases.csv where there is one
 * @param by a column of the manifest whose value is kept with each image
 * @throws InputError when something is not there or not valid
 */
export async function readDataSet(folder: string, aliases?: string, by?: string): Promise<DataSet> {
  const info = await stat(folder).catch(() => null);
  if (!info?.isDirectory()) throw new InputError(`${folder} is not a folder.`);
  const file = join(folder, 'manifest.csv');
  const images = new Map<string, DataSetImage>();
  const rows = await readCsv(file, (header) =>
    header.includes('label') || header.includes('expect') ? ['path'] : ['path', 'identity'],
  );
  if (by !== undefined && !rows.some(({ values }) => by in values)) {
    throw new InputError(`The manifest has no column "${by}", which --by names.`);
  }
  const same = await readAliases(aliases ?? join(folder, 'aliases.csv'), aliases !== undefined);
  for (const row of rows) {
    const image = { ...imageOf(row, file), ...(by !== undefined && { by: row.values[by] ?? '' }) };
    image.identity = same.get(image.identity) ?? image.identity;
    const other = images.get(image.path);
    if (other && JSON.stringify(other) !== JSON.stringify(image)) {
      throw new InputError(`${file}, line ${row.line}: ${image.path} is there twice, with different columns.`);
    }
    images.set(image.path, image);
  }
  if (images.size === 0) throw new InputError(`${file} names no image.`);
  return { folder, images };
}

function imageOf({ values, line }: CsvRow, file: string): DataSetImage {
  if (!values.path) throw new InputError(`${file}, line ${line}: the path is empty.`);
  const expect = values.expect ? PHOTO_CODES.find((code) => String(code) === values.expect) : null;
  if (expect === undefined) {
    const codes = PHOTO_CODES.join(', ');
    throw new InputError(`${file}, line ${line}: expect must be one of ${codes}, not "${values.expect}".`);
  }
  return {
    path: normalize(values.path),
    identity: values.identity ?? '',
    set: values.set ?? '',
    labels: labelsOf(values.label ?? ''),
    expect,
  };
}

/** The single labels of a column of them, joined by `|`. */
export function labelsOf(column: string): string[] {
  return column
    .split('|')
    .map((label) => label.trim())
    .filter((label) => label !== '');
}

/** An image that only a list knows. */
export function unknownImage(path: string): DataSetImage {
  return { path, identity: '', set: '', labels: [], expect: null };
}

/** The identity that each other name stands for, through chains of names. */
async function readAliases(file: string, required: boolean): Promise<Map<string, string>> {
  if (!required && !(await isFile(file))) return new Map();
  const direct = new Map<string, string>();
  for (const { values, line } of await readCsv(file, ['name', 'is'])) {
    if (!values.name || !values.is) throw new InputError(`${file}, line ${line}: a name is missing.`);
    direct.set(values.name, values.is);
  }
  const resolved = new Map<string, string>();
  for (const name of direct.keys()) {
    let end = name;
    for (let steps = 0; direct.has(end); steps++) {
      if (steps > direct.size) throw new InputError(`${file}: the names lead in a circle at "${name}".`);
      end = direct.get(end) as string;
    }
    resolved.set(name, end);
  }
  return resolved;
}

/**
 * Reads a pair list: the columns a, b and same (1 or 0).
 * @param file looked for in the folder first, then as a path of its own
 * @throws InputError when it is not there or not valid
 */
export async function readPairList(folder: string, file: string): Promise<PairList> {
  const inFolder = join(folder, file);
  const path = (await isFile(inFolder)) ? inFolder : resolve(file);
  const rows = await readCsv(path, ['a', 'b', 'same']);
  const pairs = rows.map(({ values: { a, b, same }, line }) => {
    if (!a || !b) throw new InputError(`${path}, line ${line}: an image is missing.`);
    if (same !== '0' && same !== '1') {
      throw new InputError(`${path}, line ${line}: same must be 1 (one person) or 0 (two), not "${same}".`);
    }
    return { a: normalize(a), b: normalize(b), same: same === '1' };
  });
  if (pairs.length === 0) throw new InputError(`${path} names no pair.`);
  return { name: basename(path).replace(/\.csv$/i, ''), pairs };
}

/**
 * Reads a list of image paths, one a line; empty lines and lines that begin with # are skipped.
 * @throws InputError when it cannot be read or names nothing
 */
export async function readSubset(file: string): Promise<Set<string>> {
  const text = await readFile(file, 'utf8').catch((error: Error) => {
    throw new InputError(`Cannot read ${file}: ${error.message}`);
  });
  const lines = text.split('\n').map((line) => line.replace(/^\ufeff/, '').trim());
  const paths = lines.filter((line) => line !== '' && !line.startsWith('#')).map(normalize);
  if (paths.length === 0) throw new InputError(`${file} names no image.`);
  return new Set(paths);
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
