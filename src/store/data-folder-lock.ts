import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';

/**
 * Makes this process the only server of a data folder, until it ends however it ends: SQLite's lock on a file is the
 * operating system's, which takes it back from a process that was killed.
 * @returns gives the folder free
 * @throws Error when another process serves the folder, or it cannot be made or written
 */
export function lockDataFolder(folder: string): () => void {
  const lock = openLock(folder);
  try {
    lock.pragma('journal_mode = MEMORY');
    lock.exec('BEGIN EXCLUSIVE');
  } catch (error) {
    lock.close();
    if ((error as { code?: string }).code !== 'SQLITE_BUSY') throw error;
    throw new Error(`Another server process uses the folder ${folder}: one process per data folder.`, { cause: error });
  }
  return () => lock.close();
}

function openLock(folder: string): Database.Database {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    return new Database(join(folder, 'server.lock'), { timeout: 0 });
  } catch (error) {
    throw new Error(
      `Cannot use the data folder ${folder}: it must be a folder that this process can make and write (${(error as Error).message}).`,
      { cause: error },
    );
  }
}
