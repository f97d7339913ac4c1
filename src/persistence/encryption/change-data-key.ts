import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { DATABASE, dropIndexCache, PHOTOS } from '../data-folder/data-folder.js';
import { lockDataFolder } from '../data-folder/data-folder-lock.js';
import { openDatabase } from '../people/sqlite/sqlite-database.js';
import { EncryptedObjectStore } from '../photos/encrypted-object-store.js';
import { FolderObjectStore } from '../photos/folder-object-store.js';
import type { ObjectStore } from '../photos/object-store.js';
import type { Database } from '../sqlite.js';
import { dataKeyIdOf } from './data-cipher.js';
import type { DataKey } from './data-key.js';
import { DataKeyError, readDataKeyRecord, writeDataKeyRecord } from './data-key-record.js';
import { changeRowKeys, countRows } from './row-keys.js';

export interface DataKeyChange {
  /** The data folder; no server may run on it. */
  folder: string;
  /** Undefined: the data is not encrypted. */
  from: DataKey | undefined;
  /** Undefined: the data shall not be encrypted. */
  to: DataKey | undefined;
  /** The photos as they lie there, where they are not in the data folder. */
  photos?: ObjectStore | undefined;
  /** Told how many rows and photos of `total` are done; each is counted for looking at it and for
   * writing it. */
  onProgress?: (done: number, total: number) => void;
}

/** Photos written at the same time: each waits for the disk, not for the processor. */
const AT_ONCE = 8;

/**
 * Encrypts a data folder, decrypts it, or encrypts it with another key. Looks at everything first, and changes nothing
 * when something cannot be decrypted. Once it has begun to write, no server starts on the folder until it is at its end;
 * killed in between, it goes on where it was when it is called again with the same keys. In the end no file of the folder
 * holds a byte of what was overwritten.
 * @returns false when the folder was as it should be already
 * @throws DataKeyError when `from` is not the folder's key; StoreError when the disk refuses or something is damaged
 */
export async function changeDataKey({
  folder,
  from,
  to,
  photos: elsewhere,
  onProgress,
}: DataKeyChange): Promise<boolean> {
  const file = join(folder, DATABASE);
  if (!existsSync(file)) throw new DataKeyError(`There is no database in the folder ${folder}.`);
  const unlock = lockDataFolder(folder);
  // Where SQLite puts what VACUUM sets aside: a container's /tmp may be small, and others may read it.
  process.env.SQLITE_TMPDIR = folder;
  let db: Database | undefined;
  try {
    db = openDatabase(file, { from, to });
    const record = readDataKeyRecord(db);
    if (!record.change && record.keyId === to?.id) return false;
    const photos = elsewhere ?? (await FolderObjectStore.open(join(folder, PHOTOS)));
    const keys: string[] = [];
    for await (const each of photos.keys()) keys.push(each);
    const total = (record.change ? 1 : 2) * (countRows(db) + keys.length);
    let done = 0;
    const onDone = () => onProgress?.(++done, total);
    if (!record.change) {
      changeRowKeys(db, from, to, { write: false, onDone });
      await changePhotoKeys(photos, keys, { from, to, write: false, onDone });
      writeDataKeyRecord(db, { keyId: from?.id, change: { nextKeyId: to?.id } });
    }
    changeRowKeys(db, from, to, { write: true, onDone });
    await changePhotoKeys(photos, keys, { from, to, write: true, onDone });
    dropIndexCache(folder);
    forget(db);
    writeDataKeyRecord(db, { keyId: to?.id, change: undefined });
    return true;
  } finally {
    db?.close();
    unlock();
  }
}

interface PhotoWork extends Pick<DataKeyChange, 'from' | 'to'> {
  write: boolean;
  onDone: () => void;
}

async function changePhotoKeys(photos: ObjectStore, keys: readonly string[], { from, to, write, onDone }: PhotoWork) {
  const source = from ? new EncryptedObjectStore(photos, from) : photos;
  const target = to ? new EncryptedObjectStore(photos, to) : photos;
  const change = async (key: string) => {
    const raw = await photos.get(key);
    if (raw && dataKeyIdOf(raw) !== to?.id) {
      const photo = await source.get(key);
      if (write && photo) await target.put(key, photo);
    }
    onDone();
  };
  for (let i = 0; i < keys.length; i += AT_ONCE) await Promise.all(keys.slice(i, i + AT_ONCE).map(change));
}

/** Writes the file anew: pages may hold copies of rows that were moved about. Then the log is cut to nothing. */
function forget(db: Database): void {
  db.pragma('temp_store = FILE');
  db.exec('VACUUM');
  const [result] = db.pragma('wal_checkpoint(TRUNCATE)') as [{ busy: number }];
  if (result.busy !== 0) {
    throw new DataKeyError('Another program reads the database; end it and run the same command again.');
  }
}
