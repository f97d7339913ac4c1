import type { ListedPhoto } from '../photo-import/photo-list.js';

export interface OwnedPhotos {
  /** Photos of users, each with the user's id. */
  photos: ListedPhoto[];
  /** Photos of no user, by the path that people know. */
  strays: string[];
}

/**
 * Tells whose photos these are. A photo is of the id that it is named after (`an.jpg`), with or without a number behind
 * it (`an-2.jpg`, `an_2.jpg`, `an.2.jpg`, `an (2).jpg`), or of the id that its folder or one above it is named after
 * (`an/whatever.jpg`). The folder nearest to the photo counts more than those above, any folder more than the file's
 * name, and the whole name more than the one without the number. A name may be written as in a URL (`x%2Fy`), since
 * not every id can be the name of a file.
 */
export function ownPhotos(files: readonly Omit<ListedPhoto, 'id'>[], ids: Iterable<string>): OwnedPhotos {
  const idOf = new Map<string, string>();
  for (const id of ids) idOf.set(comparable(id), id);
  const photos: ListedPhoto[] = [];
  const strays: string[] = [];
  for (const photo of files) {
    const id = namesOf(photo.path)
      .map((name) => idOf.get(comparable(name)) ?? idOf.get(comparable(decoded(name))))
      .find((found) => found !== undefined);
    if (id === undefined) strays.push(photo.path);
    else photos.push({ ...photo, id });
  }
  return { photos, strays };
}

/** What an id could be of a path, the surest first. */
function namesOf(path: string): string[] {
  const folders = path.split('/');
  const name = (folders.pop() ?? '').replace(/\.\w+$/, '');
  const numbered = /^(.+?)(?:[-_. ]\d+| ?\(\d+\))$/.exec(name)?.[1];
  return [...folders.reverse(), name, ...(numbered === undefined ? [] : [numbered])];
}

function decoded(name: string): string {
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
}

/** File systems differ in how they write letters with marks, of which Vietnamese has many. */
function comparable(name: string): string {
  return name.normalize('NFC');
}
