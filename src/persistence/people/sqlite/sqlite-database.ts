import { randomUUID } from 'node:crypto';
import { chmodSync, closeSync, existsSync, fsyncSync, linkSync, openSync, rmSync, statSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { OperatorError } from '../../../util/operator-error.js';
import { makeFolder, syncFolder } from '../../data-folder/durable-folder.js';
import type { DataKey } from '../../encryption/data-key.js';
import {
  DataKeyError,
  expectDataKey,
  expectKeyChange,
  readDataKeyRecord,
  writeDataKeyRecord,
} from '../../encryption/data-key-record.js';
import { Database } from '../../sqlite.js';
import { asStoreError, StoreError } from '../../store-error.js';
import { fillIdForms } from './id-forms.js';
import { migrations } from './migrations.js';

/** Marks our files, so that another program's database is not taken for an empty one of ours: "FSrv". */
const APPLICATION_ID = 0x46537276;

/** How long a write waits for another process (a command-line tool) to finish its own. */
export const BUSY_TIMEOUT_MS = 5_000;

/** Memory for pages, of each connection; SQLite takes it as it needs it. */
const CACHE_KIB = 16 * 1024;

/**
 * How somebody who opens the database deals with people: with the key that they are encrypted with, which a plain
 * database that has never had a user takes; to change that key; or not at all, whatever it is.
 */
export type DataKeyUse =
  | { key: DataKey | undefined }
  | { from: DataKey | undefined; to: DataKey | undefined }
  | 'no people';

/**
 * Opens the database and brings it to the newest schema. A new file has mode 0600, folders made for it 0700.
 * @throws StoreError, DataKeyError, or Error for a database that is not ours; all name the file and say what is wrong
 */
export function openDatabase(file: string, people: DataKeyUse = { key: undefined }): Database {
  const subject = `Cannot open the database ${file}`;
  let db: Database | undefined;
  try {
    if (!existsSync(file)) createDatabase(file);
    refuseEmptied(file, subject);
    keepPrivate(file);
    db = new Database(file, { timeout: BUSY_TIMEOUT_MS });
    readVersion(db);
    checkDataKey(db, people);
    configure(db);
    migrate(db);
    if (people !== 'no people' && 'key' in people) {
      takeDataKey(db, people.key);
      fillIdForms(db, people.key);
    }
    return db;
  } catch (error) {
    db?.close();
    throw asOpenError(error, subject);
  }
}

/**
 * Opens, to read only, a database that {@link openDatabase} has brought to the newest schema: for threads beside the one that
 * writes. What they read is one snapshot for each transaction; a writer never waits for them.
 * @throws StoreError, DataKeyError, or Error for a database that is not ours or of another schema; all name the file
 */
export function openReadOnlyDatabase(file: string, key: DataKey | undefined): Database {
  const subject = `Cannot read the database ${file}`;
  let db: Database | undefined;
  try {
    db = new Database(file, { readonly: true, fileMustExist: true, timeout: BUSY_TIMEOUT_MS });
    if (readVersion(db) !== migrations.length) throw new Error('it is of an older version');
    expectDataKey(readDataKeyRecord(db), key);
    db.pragma('query_only = ON');
    configureMemory(db);
    return db;
  } catch (error) {
    db?.close();
    throw asOpenError(error, subject);
  }
}

function asOpenError(error: unknown, subject: string): unknown {
  const known = asStoreError(error, subject);
  if (known instanceof StoreError) return known;
  const Kind = error instanceof DataKeyError ? DataKeyError : OperatorError;
  return new Kind(`${subject}: ${(error as Error).message}`, { cause: error });
}

function checkDataKey(db: Database, people: DataKeyUse): void {
  if (people === 'no people') return;
  const record = readDataKeyRecord(db);
  if ('key' in people) expectDataKey(record, people.key);
  else expectKeyChange(record, people);
}

/** Makes the file with its schema: under its name it is complete and on the disk, or not there at all. */
function createDatabase(file: string): void {
  const folder = dirname(file);
  makeFolder(folder);
  const draft = `${file}.${randomUUID()}.new`;
  try {
    const handle = openSync(draft, 'wx', 0o600);
    try {
      const bytes = newDatabase();
      for (let at = 0; at < bytes.length; ) at += writeSync(handle, bytes, at);
      fsyncSync(handle);
    } finally {
      closeSync(handle);
    }
    linkUnlessThere(draft, file);
  } finally {
    rmSync(draft, { force: true });
  }
  syncFolder(folder);
}

function newDatabase(): Buffer {
  const db = new Database(':memory:');
  try {
    // Rows hold a 2 kB embedding: three fit a page of 8 kB, only one a page of 4 kB.
    db.pragma('page_size = 8192');
    migrate(db);
    return db.serialize();
  } finally {
    db.close();
  }
}

/** Another process (a command-line tool) may have made the file meanwhile, and written to it: unlike a rename, a link keeps it. */
function linkUnlessThere(draft: string, file: string): void {
  try {
    linkSync(draft, file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
}

/** SQLite would take a file that lost its content for a new database, and delete the log that belonged to it. */
function refuseEmptied(file: string, subject: string): void {
  if (statSync(file).size > 0) return;
  const detail =
    'the file is damaged: it is empty, which it never was; restore it from a backup, or remove it if nothing was ever stored';
  throw new StoreError('damaged', subject, { detail });
}

/** The -wal and -shm files inherit the mode. */
function keepPrivate(file: string): void {
  try {
    chmodSync(file, 0o600);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    // A file that belongs to somebody else, opened through its group, keeps the mode that its owner chose.
    if (code !== 'EPERM' && code !== 'EROFS') throw error;
  }
}

function configure(db: Database): void {
  db.pragma('journal_mode = WAL');
  // In WAL mode only FULL waits for the disk at each commit, so that an acknowledged write survives a power cut.
  db.pragma('synchronous = FULL');
  db.pragma('foreign_keys = ON');
  // Deleted embeddings are overwritten with zeros, not merely forgotten.
  db.pragma('secure_delete = ON');
  // The write-ahead log shrinks back after a large deletion.
  db.pragma(`journal_size_limit = ${64 * 1024 * 1024}`);
  configureMemory(db);
}

function configureMemory(db: Database): void {
  // What a large deletion or a sort would set aside in a temporary file, outside the data folder, stays in memory.
  db.pragma('temp_store = MEMORY');
  // The inner pages of the tables and indexes of about four million faces: a row then costs one read of a leaf. The leaves
  // themselves are better off in the memory of the operating system, which all connections share.
  db.pragma(`cache_size = ${-CACHE_KIB}`);
  // A mapped page that the disk cannot read, or that a truncated file does not hold, ends the process with SIGBUS instead of a
  // StoreError; and a read of a page costs a microsecond or two without it.
  db.pragma('mmap_size = 0');
}

function migrate(db: Database): void {
  // A table that is made anew is dropped before: with them, everything that refers to its rows would be deleted.
  db.pragma('foreign_keys = OFF');
  try {
    migrateUnchecked(db);
  } finally {
    db.pragma('foreign_keys = ON');
  }
}

function migrateUnchecked(db: Database): void {
  // Under the write lock, so that two processes that start together do not both migrate.
  db.transaction(() => {
    const version = readVersion(db);
    if (version === 0) db.pragma(`application_id = ${APPLICATION_ID}`);
    for (const [i, sql] of migrations.slice(version).entries()) {
      db.exec(sql);
      db.pragma(`user_version = ${version + i + 1}`);
    }
  }).immediate();
}

/** Under the write lock, since another process may have opened the new database with another key meanwhile. */
function takeDataKey(db: Database, key: DataKey | undefined): void {
  db.transaction(() => {
    const record = readDataKeyRecord(db);
    expectDataKey(record, key);
    if (record.keyId !== key?.id) writeDataKeyRecord(db, { keyId: key?.id, change: undefined });
  }).immediate();
}

/**
 * The version of the schema. Refuses, without changing a byte, what this version must not write to.
 * @throws Error
 */
export function readVersion(db: Database): number {
  const version = Number(db.pragma('user_version', { simple: true }));
  const tables = Number(db.prepare('SELECT count(*) FROM sqlite_schema').pluck().get());
  const isOurs = Number(db.pragma('application_id', { simple: true })) === APPLICATION_ID;
  if (!isOurs && (version > 0 || tables > 0)) throw new Error('it is a SQLite database of another program');
  if (version > migrations.length) {
    throw new Error(
      `it was written by a newer version of this server (schema ${version}, this version knows ${migrations.length})`,
    );
  }
  return version;
}
