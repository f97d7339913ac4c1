import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { syncFolder } from './durable-folder.js';

/** What lies in a data folder. */
export const DATABASE = 'facesearch.sqlite';
export const PHOTOS = 'photos';

/** What the vector indexes keep to start faster: a cache of the database, made anew where it is missing. */
export const INDEX_CACHE = 'index';

/** Called when another database comes into the folder, or when no copy of a vector may stay in it. */
export function dropIndexCache(folder: string): void {
  rmSync(join(folder, INDEX_CACHE), { recursive: true, force: true });
  syncFolder(folder);
}
