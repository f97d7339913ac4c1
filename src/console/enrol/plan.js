import { pathOf } from './files.js';

/**
 * Whose photo each file is.
 * @typedef {{id: string, name: string, photos: File[]}} Planned
 * @typedef {'file' | 'folder'} Rule the person is what the file is called, or the folder that it lies in
 */

/** HS2 comes before HS10. */
const ORDER = new Intl.Collator(undefined, { numeric: true });

/**
 * What fits the files: folders where each holds photos with names of its own counting (`anna/1.jpg`, `binh/1.jpg`),
 * or else the names of the files (`10A/anna.jpg`).
 * @param {File[]} files
 * @returns {Rule}
 */
export function ruleFor(files) {
  const folders = new Set(files.map((file) => folderOf(file)));
  if (folders.size < 2) return 'file';
  const stems = files.map(stemOf);
  const numbered = stems.filter((stem) => /^\D{0,4}[\d_ -]+$/.test(stem)).length;
  return numbered > stems.length / 2 || files.length >= 2 * folders.size ? 'folder' : 'file';
}

/**
 * People with their photos. Files of one name in several folders are several people, whose ids then begin with the
 * folder.
 * @param {File[]} files
 * @param {Rule} rule
 * @returns {Planned[]}
 */
export function planOf(files, rule) {
  /** @type {Map<string, Planned>} */
  const people = new Map();
  // A folder is read in the order of its file system, which looks like none.
  const inOrder = [...files].sort((one, other) => ORDER.compare(pathOf(one), pathOf(other)));
  /** @type {Map<string, Set<string>>} */
  const foldersOf = new Map();
  for (const file of inOrder) {
    const stem = stemOf(file);
    const folders = foldersOf.get(stem) ?? new Set();
    foldersOf.set(stem, folders.add(folderOf(file)));
  }
  for (const file of inOrder) {
    const [folder, stem] = [folderOf(file), stemOf(file)];
    const isTwice = (foldersOf.get(stem)?.size ?? 0) > 1;
    const name = rule === 'folder' ? folder.split('/').at(-1) || stem : stem;
    const id = rule === 'folder' ? folder || stem : isTwice && folder ? `${folder}/${stem}` : stem;
    const person = people.get(id) ?? /** @type {Planned} */ ({ id, name, photos: [] });
    person.photos.push(file);
    people.set(id, person);
  }
  return [...people.values()];
}

/** Below the folder that was chosen, which is not part of anybody's id. */
function folderOf(file) {
  return pathOf(file).split('/').slice(1, -1).join('/');
}

function stemOf(file) {
  return file.name.replace(/\.[^.]+$/, '');
}
