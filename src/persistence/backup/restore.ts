import { createWriteStream } from 'node:fs';
import { open, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { OperatorError } from '../../util/operator-error.js';
import { DATABASE, PHOTOS } from '../data-folder/data-folder.js';
import { lockDataFolder } from '../data-folder/data-folder-lock.js';
import { makeFolder, syncFolder } from '../data-folder/durable-folder.js';
import { finishRestore, RESTORE_READY, RESTORE_UNFINISHED } from '../data-folder/finish-restore.js';
import { readVersion } from '../people/sqlite/sqlite-database.js';
import { FolderObjectStore } from '../photos/folder-object-store.js';
import { Database } from '../sqlite.js';
import { type ArchiveEntry, readArchive } from './archive.js';
import { type BackupDescription, photoKeys } from './back-up.js';

export interface RestoreOptions {
  /** The path of the backup; or a stream of it, which needs space in the data folder once more for a while. */
  file: string | Readable;
  /** The data folder; made when it does not exist. No server may run on it. */
  folder: string;
  /** Replaces what the folder holds. */
  force?: boolean;
}

/** Larger than any photo that the server takes. */
const MAX_PHOTO_BYTES = 64 * 1024 * 1024;

/** What may lie in an empty folder. */
const nothing: ReadonlySet<string> = new Set(['server.lock', 'server.lock-journal', RESTORE_UNFINISHED, 'lost+found']);

/**
 * Puts the data of a backup into a folder. Unpacks and checks all of it beside the folder's own data first; from then on
 * it is brought to its end whatever happens, if need be by the next server or command that locks the folder.
 * @throws OperatorError or StoreError; the folder is then as it was
 */
export async function restore({ file, folder, force = false }: RestoreOptions): Promise<BackupDescription> {
  const unlock = lockDataFolder(folder);
  try {
    const there = (await readdir(folder)).filter((name) => !nothing.has(name));
    if (there.length > 0 && !force) {
      throw new OperatorError(`The folder ${folder} is not empty. To replace what it holds, add --force.`);
    }
    const staging = join(folder, RESTORE_UNFINISHED);
    let description: BackupDescription;
    try {
      description = await unpack(file, staging);
    } catch (error) {
      await rm(staging, { recursive: true, force: true });
      throw error;
    }
    await rename(staging, join(folder, RESTORE_READY));
    syncFolder(folder);
    finishRestore(folder);
    return description;
  } finally {
    unlock();
  }
}

async function unpack(file: string | Readable, staging: string): Promise<BackupDescription> {
  makeFolder(staging);
  if (typeof file === 'string') return unpackFile(file, staging);
  // An archive is read by places in a file.
  const kept = join(staging, 'backup.tar');
  await pipeline(file, createWriteStream(kept, { flags: 'wx', mode: 0o600 }));
  const description = await unpackFile(kept, staging);
  await rm(kept);
  return description;
}

async function unpackFile(file: string, staging: string): Promise<BackupDescription> {
  const photos = await FolderObjectStore.open(join(staging, PHOTOS));
  const database = join(staging, DATABASE);
  const keys = new Set<string>();
  let json: Buffer | undefined;
  for await (const entry of readArchive(file)) {
    const key = /^photos\/([a-z0-9/-]+)$/.exec(entry.name)?.[1];
    if (entry.name === DATABASE) await write(database, entry);
    else if (entry.name === 'backup.json') json = await bytesOf(entry);
    else if (key) {
      await photos.put(key, await bytesOf(entry));
      keys.add(key);
    } else throw new OperatorError(`The backup holds ${JSON.stringify(entry.name)}, which this version does not know.`);
  }
  // Only now every byte is known to be what was backed up.
  const description = describe(json);
  checkDatabase(database, keys);
  syncFolder(staging);
  return description;
}

async function write(path: string, { chunks }: ArchiveEntry): Promise<void> {
  const file = await open(path, 'wx', 0o600);
  try {
    for await (const chunk of chunks) await file.writeFile(chunk);
    await file.sync();
  } finally {
    await file.close();
  }
}

async function bytesOf({ name, size, chunks }: ArchiveEntry): Promise<Buffer> {
  if (size > MAX_PHOTO_BYTES) throw new OperatorError(`${name} in the backup is too large.`);
  const all: Buffer[] = [];
  for await (const chunk of chunks) all.push(chunk);
  return Buffer.concat(all);
}

function describe(json: Buffer | undefined): BackupDescription {
  let description: BackupDescription | undefined;
  try {
    description = JSON.parse(json?.toString('utf8') ?? '') as BackupDescription;
  } catch {}
  if (description?.format !== 'facesearch-backup') throw new OperatorError('The file is no backup of this server.');
  if (description.version !== 1) throw new OperatorError('The backup was made by a newer version of this server.');
  return description;
}

/** The checksums say that it is what was backed up; this, that this version can use it. */
function checkDatabase(path: string, photos: ReadonlySet<string>): void {
  let db: Database | undefined;
  try {
    db = new Database(path, { readonly: true, fileMustExist: true });
    readVersion(db);
    if (photoKeys(db).some((key) => !photos.has(key))) throw new Error('photos that it names are not in the backup');
  } catch (error) {
    throw new OperatorError(`The database of the backup cannot be used: ${(error as Error).message}.`);
  } finally {
    db?.close();
  }
}
