/** Where a file lay in the folder that was chosen or dropped: `10A/anna.jpg`. @type {WeakMap<File, string>} */
const paths = new WeakMap();

/** The way to a file below the folder that was chosen; its name, where it was chosen alone. @param {File} file */
export function pathOf(file) {
  return paths.get(file) ?? (file.webkitRelativePath || file.name);
}

/** The files that were dropped, with those in dropped folders. @param {DataTransfer | null} data @returns {Promise<File[]>} */
export async function droppedFiles(data) {
  const files = [...(data?.files ?? [])];
  // They must be asked for before the event is over.
  const entries = [...(data?.items ?? [])].map((item) => item.webkitGetAsEntry?.()).filter((entry) => entry !== null);
  if (!entries.some((entry) => entry?.isDirectory)) return files;
  return (await Promise.all(entries.map(filesBelow))).flat();
}

/** @returns {Promise<File[]>} */
async function filesBelow(entry) {
  if (entry.isFile) {
    const file = await new Promise((resolve, reject) => entry.file(resolve, reject));
    paths.set(file, entry.fullPath.replace(/^\//, ''));
    return [file];
  }
  const reader = entry.createReader();
  const found = [];
  // It tells a hundred at a time, and nothing when it is at the end.
  for (;;) {
    const some = await new Promise((resolve, reject) => reader.readEntries(resolve, reject));
    if (some.length === 0) break;
    found.push(...some);
  }
  return (await Promise.all(found.map(filesBelow))).flat();
}
