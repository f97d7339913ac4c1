import { readdir, realpath, stat } from 'node:fs/promises';
import { basename, dirname, extname, join, relative, resolve, sep } from 'node:path';
import { readCsv } from '../../util/csv.js';
import { InputError } from '../../util/input-error.js';

/** A photo of a person, still a file. */
export interface ListedPhoto {
  /** Whose it is. */
  id: string;
  /** Absolute path. */
  file: string;
  /** As people know it: relative to the folder, or as the CSV file has it. */
  path: string;
}

/** What an import is about. */
export interface PhotoList {
  photos: ListedPhoto[];
  /** Names that are known, by id. */
  names: Map<string, string>;
  /** Files that are no photos, by the ending of their name. */
  otherFiles: Map<string, number>;
}

const PHOTO_ENDINGS = new Set(['.jpg', '.jpeg', '.png']);

/**
 * Reads what is to be imported: a folder, or a CSV file with the columns `id`, `path` and perhaps `name`.
 * @throws InputError
 */
export async function readPhotoList(source: string): Promise<PhotoList> {
  const found = await stat(source).catch(() => undefined);
  if (!found) throw new InputError(`There is no ${source}.`);
  if (!found.isDirectory() && extname(source).toLowerCase() !== '.csv') {
    throw new InputError(`${source} is no folder and no .csv file. The file of an export is read by import-vectors.`);
  }
  const list = found.isDirectory() ? await readFolder(source) : await readList(source);
  if (list.photos.length === 0) throw new InputError(`${source} has no photos (${[...PHOTO_ENDINGS].join(', ')}).`);
  return list;
}

/**
 * A folder: the first folder beneath it is the id of every photo in it; of a photo that lies in none, its name
 * without a number such as `_2` at its end.
 */
async function readFolder(folder: string): Promise<PhotoList> {
  const { files, otherFiles } = await photosIn(folder);
  const photos = files.map(({ file, path }) => {
    const parts = path.split('/');
    const first = parts[0] as string;
    const id = parts.length > 1 ? first : basename(first, extname(first)).replace(/(?<=.)_\d+$/, '');
    // A file system may spell an accent in two ways; a caller spells it in one.
    return { id: id.normalize('NFC'), file, path };
  });
  return { photos, names: new Map(), otherFiles };
}

/** Photos of a folder and those beneath it, hidden ones left out: absolute paths, and relative ones with `/`. */
export async function photosIn(
  folder: string,
): Promise<{ files: Omit<ListedPhoto, 'id'>[]; otherFiles: PhotoList['otherFiles'] }> {
  const root = resolve(folder);
  const files: Omit<ListedPhoto, 'id'>[] = [];
  const otherFiles = new Map<string, number>();
  for await (const file of filesOf(root, new Set())) {
    const ending = extname(file).toLowerCase();
    if (PHOTO_ENDINGS.has(ending)) files.push({ file, path: relative(root, file).split(sep).join('/') });
    else otherFiles.set(ending, (otherFiles.get(ending) ?? 0) + 1);
  }
  return { files, otherFiles };
}

/** Hidden files are none; a folder that links to one above it is read once. */
async function* filesOf(folder: string, seen: Set<string>): AsyncGenerator<string> {
  const names = await namesIn(folder, seen);
  for (const name of names.sort((a, b) => a.localeCompare(b, 'en', { numeric: true }))) {
    const path = join(folder, name);
    const found = await stat(path).catch(() => undefined);
    if (found?.isDirectory()) yield* filesOf(path, seen);
    else if (found?.isFile()) yield path;
  }
}

/** @throws InputError */
async function namesIn(folder: string, seen: Set<string>): Promise<string[]> {
  try {
    const real = await realpath(folder);
    if (seen.has(real)) return [];
    seen.add(real);
    return (await readdir(folder)).filter((name) => !name.startsWith('.'));
  } catch (error) {
    throw new InputError(`Cannot read the folder ${folder}: ${(error as NodeJS.ErrnoException).code}`);
  }
}

async function readList(file: string): Promise<PhotoList> {
  const rows = await readCsv(file, ['id', 'path']);
  const list: PhotoList = { photos: [], names: new Map(), otherFiles: new Map() };
  const nameLines = new Map<string, number>();
  const seen = new Set<string>();
  for (const { values, line } of rows) {
    const { id = '', name = '', path = '' } = values;
    if (id === '' || path === '') throw new InputError(`${file}, line ${line}: id and path must not be empty.`);
    const known = list.names.get(id);
    if (known !== undefined && name !== '' && name !== known) {
      throw new InputError(
        `${file}: "${id}" has one name in line ${nameLines.get(id)} and another one in line ${line}.`,
      );
    }
    if (name !== '' && known === undefined) {
      list.names.set(id, name);
      nameLines.set(id, line);
    }
    const photo = { id, path, file: resolve(dirname(file), path) };
    const key = JSON.stringify([photo.id, photo.file]);
    if (!seen.has(key)) list.photos.push(photo);
    seen.add(key);
  }
  return list;
}
