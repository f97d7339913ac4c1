import { stat } from 'node:fs/promises';
import { InputError } from '../../util/input-error.js';
import { type PhotoList, photosIn, readPhotoList } from '../photo-import/photo-list.js';
import { ownPhotos } from './photo-owners.js';

/** What a migration is about: users of one server, and whose photos are at hand. */
export interface Source {
  /** Photos of users, and the names of all of them. */
  list: PhotoList;
  /** Ids of users of whom there is no photo. */
  withoutPhotos: string[];
  /** Ids of users without a name, who will have their id as the name. */
  unnamed: string[];
  /** Photos of no user. */
  strays: string[];
}

/**
 * Brings users together with the photos of a folder, or of a CSV file with the columns `id` and `path`.
 * @param users names by id
 * @throws ImportError, OperatorError
 */
export async function readSource(photosAt: string, users: ReadonlyMap<string, string>): Promise<Source> {
  const { photos, strays, otherFiles } = await ownedPhotos(photosAt, users);
  const owners = new Set(photos.map(({ id }) => id));
  const ids = [...users.keys()];
  return {
    list: { photos, names: new Map(ids.map((id) => [id, users.get(id) || id])), otherFiles },
    withoutPhotos: ids.filter((id) => !owners.has(id)),
    unnamed: ids.filter((id) => !users.get(id)),
    strays,
  };
}

async function ownedPhotos(photosAt: string, users: ReadonlyMap<string, string>) {
  const found = await stat(photosAt).catch(() => undefined);
  if (!found) throw new InputError(`There is no ${photosAt}.`);
  if (found.isDirectory()) {
    const { files, otherFiles } = await photosIn(photosAt);
    return { ...ownPhotos(files, users.keys()), otherFiles };
  }
  const { photos, otherFiles } = await readPhotoList(photosAt);
  const strays = photos.filter(({ id }) => !users.has(id)).map(({ id, path }) => `${path} (${id})`);
  return { photos: photos.filter(({ id }) => users.has(id)), strays, otherFiles };
}
