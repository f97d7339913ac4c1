import { join } from 'node:path';
import { Database } from '../sqlite.js';
import { asStoreError, StoreError } from '../store-error.js';
import { makeFolder } from './durable-folder.js';
import { finishRestore } from './finish-restore.js';

/** The file whose lock a server holds as long as it runs. */
export const SERVER_LOCK = 'server.lock';

/**
 * Makes this process the only server of a data folder, until it ends however it ends: SQLite's lock on a file is the
 * operating system's, which takes it back from a process that was killed. Brings a restore that was killed to its end.
 * @returns gives the folder free
 * @throws StoreError when another process serves the folder, or it cannot be made or written
 */
export function lockDataFolder(folder: string): () => void {
  let lock: Database | undefined;
  try {
    makeFolder(folder);
    lock = new Database(join(folder, SERVER_LOCK), { timeout: 0 });
    lock.pragma('journal_mode = MEMORY');
    lock.exec('BEGIN EXCLUSIVE');
    finishRestore(folder);
  } catch (error) {
    lock?.close();
    throw refusal(error, folder);
  }
  const held = lock;
  return () => held.close();
}

function refusal(error: unknown, folder: string): StoreError {
  const subject = `Cannot use the data folder ${folder}`;
  const known = asStoreError(error, subject);
  const trouble = known instanceof StoreError ? known.trouble : 'failed';
  const details: { [trouble in StoreError['trouble']]?: string } = {
    busy: 'another server process uses it: one process per data folder',
    damaged: 'the file server.lock in it is not what the server made; remove that file, which holds nothing',
    'read-only': 'it must be a folder that this process can make and write',
    'no-file': 'it must be a folder that this process can make and write',
  };
  const detail = details[trouble];
  return new StoreError(trouble, subject, { ...(detail !== undefined && { detail }), cause: error });
}
