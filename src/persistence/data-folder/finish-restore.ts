import { existsSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { DATABASE, dropIndexCache, PHOTOS } from './data-folder.js';
import { syncFolder } from './durable-folder.js';

/** Where a backup is unpacked; worth nothing until it has its other name. */
export const RESTORE_UNFINISHED = 'restore.unfinished';

/** What is unpacked, checked and on the disk: the data that the folder shall have. */
export const RESTORE_READY = 'restore.ready';

/**
 * Finishes a restore that was killed: one that was not ready is forgotten, one that was ready takes the place of the
 * folder's data. May itself be killed and called again at any point. The caller has locked the folder.
 */
export function finishRestore(folder: string): void {
  const at = (...names: string[]) => join(folder, ...names);
  rmSync(at(RESTORE_UNFINISHED), { recursive: true, force: true });
  if (!existsSync(at(RESTORE_READY))) return;

  if (existsSync(at(RESTORE_READY, PHOTOS))) {
    rmSync(at(PHOTOS), { recursive: true, force: true });
    renameSync(at(RESTORE_READY, PHOTOS), at(PHOTOS));
    syncFolder(folder);
  }
  if (existsSync(at(RESTORE_READY, DATABASE))) {
    // The log of the old database must not meet the new one.
    for (const log of [`${DATABASE}-wal`, `${DATABASE}-shm`]) rmSync(at(log), { force: true });
    dropIndexCache(folder);
    renameSync(at(RESTORE_READY, DATABASE), at(DATABASE));
    syncFolder(folder);
  }
  rmSync(at(RESTORE_READY), { recursive: true, force: true });
  syncFolder(folder);
}
