import { createReadStream, statSync } from 'node:fs';
import { rename, rm, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import type { Writable } from 'node:stream';
import { OperatorError } from '../../util/operator-error.js';
import { DATABASE, PHOTOS } from '../data-folder/data-folder.js';
import { makeFolder, syncFolder } from '../data-folder/durable-folder.js';
import { DataKeyError, readDataKeyRecord } from '../encryption/data-key-record.js';
import { eraseDeletedCollections } from '../people/sqlite/deleted-collections.js';
import { migrations } from '../people/sqlite/migrations.js';
import { BUSY_TIMEOUT_MS, readVersion } from '../people/sqlite/sqlite-database.js';
import { FolderObjectStore } from '../photos/folder-object-store.js';
import type { ObjectSource } from '../photos/object-store.js';
import { Database } from '../sqlite.js';
import { ArchiveWriter } from './archive.js';
import { cannotRead, cannotWrite } from './file-trouble.js';

/** What a backup says of itself, in its entry backup.json. */
export interface BackupDescription {
  format: 'facesearch-backup';
  version: 1;
  createdAt: string;
  /** Version of the database's schema. */
  schema: number;
  /** Id of the data key that it is encrypted with; null for none. */
  dataKeyId: string | null;
  users: number;
  faces: number;
  photos: number;
}

export interface BackupOptions {
  /** The data folder; a server may run on it. */
  folder: string;
  /**
   * The path of the backup; one that is there is replaced when the new one is complete. Or a stream, which stays open:
   * what reads it must see that the command ended well, for the end of the archive may be missing.
   */
  file: string | Writable;
  /** The photos as they lie there, where they are not in the data folder. */
  photos?: ObjectSource | undefined;
  onProgress?: ((photosDone: number, photos: number) => void) | undefined;
}

export interface BackupResult extends BackupDescription {
  /** Photos of faces that were deleted while the backup was made. */
  deletedMeanwhile: number;
  /** Photos that the folder should hold and does not. */
  missing: number;
}

/** All pages at once: a copy in steps begins anew whenever another process writes in between. */
const ALL_PAGES = 0x7fffffff;

/** Beside the database, where there is no file to put it beside. */
const UNFINISHED = 'backup.unfinished';

/**
 * Copies a data folder into one file, as it was at one moment near the beginning. What is encrypted stays so, without the
 * key. Needs space for the database twice beside the file for a while; with a stream, once more in the data folder.
 * @throws OperatorError, DataKeyError or StoreError; the file is then as it was
 */
export async function backUp({
  folder,
  file,
  photos = FolderObjectStore.readOnly(join(folder, PHOTOS)),
  onProgress,
}: BackupOptions): Promise<BackupResult> {
  const source = openSource(join(folder, DATABASE));
  const target = typeof file === 'string' ? resolve(file) : undefined;
  const draft = target === undefined ? join(folder, UNFINISHED) : `${target}.unfinished`;
  try {
    // What an earlier backup left when it was killed.
    await rm(draft, { recursive: true, force: true });
    makeFolder(draft);
    const copyPath = join(draft, DATABASE);
    await source.backup(copyPath, { progress: () => ALL_PAGES });
    const path = join(draft, 'backup.tar');
    const archive = typeof file === 'string' ? await ArchiveWriter.create(path) : ArchiveWriter.into(file);
    try {
      const result = await fill(archive, { source, copyPath, photos, onProgress });
      await archive.finish();
      if (target !== undefined) {
        await rename(path, target);
        syncFolder(dirname(target));
      }
      return result;
    } catch (error) {
      await archive.abandon().catch(() => undefined);
      throw error;
    }
  } catch (error) {
    throw cannotWrite(error, target ?? 'the backup', dirname(draft));
  } finally {
    source.close();
    await rm(draft, { recursive: true, force: true }).catch(() => undefined);
  }
}

function openSource(path: string): Database {
  let source: Database | undefined;
  try {
    statSync(path);
    source = new Database(path, { fileMustExist: true, timeout: BUSY_TIMEOUT_MS });
    readVersion(source);
    return source;
  } catch (error) {
    source?.close();
    const { code = '', message } = error as { code?: string; message: string };
    if (code === 'ENOENT') throw new OperatorError(`There is no database ${path}.`);
    // A reader, too, notes in files beside the database what it reads.
    const isShut = code.startsWith('SQLITE_CANTOPEN') || code.startsWith('SQLITE_READONLY');
    const reason = isShut ? 'this user cannot write to it and to its folder' : message;
    const refused = cannotRead(error, path);
    throw refused instanceof OperatorError
      ? refused
      : new OperatorError(`Cannot back up ${path}: ${reason}.`, { cause: error });
  }
}

interface Sources extends Pick<BackupOptions, 'onProgress'> {
  photos: ObjectSource;
  source: Database;
  copyPath: string;
}

async function fill(archive: ArchiveWriter, { source, copyPath, photos, onProgress }: Sources): Promise<BackupResult> {
  const copy = new Database(copyPath);
  try {
    // The copy is one file, without a log.
    copy.pragma('journal_mode = DELETE');
    copy.pragma('secure_delete = ON');
    if (copy.pragma('quick_check(1)', { simple: true }) !== 'ok') {
      throw new OperatorError('The database is damaged; it cannot be backed up.');
    }
    // A deleted collection whose rows the server has not erased yet is none of the backup's.
    if (readVersion(copy) === migrations.length) eraseDeletedCollections(copy);
    const before = readDataKeyRecord(copy);
    if (before.change) throw new DataKeyError('A change of the data key is under way; back up when it is finished.');

    const gone = await addPhotos(archive, { source, copy, photos, onProgress });
    const after = readDataKeyRecord(source);
    if (after.change || after.keyId !== before.keyId) {
      throw new DataKeyError('The data key was changed meanwhile; back up again.');
    }
    const count = (table: string) => Number(copy.prepare(`SELECT count(*) FROM ${table}`).pluck().get());
    const description: BackupDescription = {
      format: 'facesearch-backup',
      version: 1,
      createdAt: new Date().toISOString(),
      schema: readVersion(copy),
      dataKeyId: before.keyId ?? null,
      users: count('users'),
      faces: count('faces'),
      photos: photoKeys(copy).length,
    };
    copy.close();
    await archive.add(DATABASE, (await stat(copyPath)).size, createReadStream(copyPath));
    const json = Buffer.from(`${JSON.stringify(description, null, 2)}\n`);
    await archive.add('backup.json', json.length, [json]);
    return { ...description, ...gone };
  } finally {
    copy.close();
  }
}

/** Photos that are not there any more are taken out of the copy, so that what is restored is whole. */
async function addPhotos(
  archive: ArchiveWriter,
  { source, copy, photos, onProgress }: Omit<Sources, 'copyPath'> & { copy: Database },
): Promise<Pick<BackupResult, 'deletedMeanwhile' | 'missing'>> {
  const keys = photoKeys(copy);
  const isNeeded = source.prepare('SELECT 1 FROM faces WHERE object_key = ?');
  const forget = copy.prepare('UPDATE faces SET object_key = NULL WHERE object_key = ?');
  const gone = { deletedMeanwhile: 0, missing: 0 };
  for (const [i, key] of keys.entries()) {
    const photo = await photos.get(key);
    if (photo) {
      await archive.add(`photos/${key}`, photo.length, [photo]);
    } else {
      gone[isNeeded.get(key) ? 'missing' : 'deletedMeanwhile']++;
      forget.run(key);
    }
    onProgress?.(i + 1, keys.length);
  }
  return gone;
}

/** Of the photos that faces name, each once. */
export function photoKeys(db: Database): string[] {
  const statement = 'SELECT DISTINCT object_key FROM faces WHERE object_key IS NOT NULL ORDER BY object_key';
  return db.prepare<[], string>(statement).pluck().all();
}
