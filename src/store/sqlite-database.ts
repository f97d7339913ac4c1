import { chmodSync, closeSync, mkdirSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import Database from 'better-sqlite3';
import { migrations } from './migrations.js';

/** Marks our files, so that another program's database is not taken for an empty one of ours: "FSrv". */
const APPLICATION_ID = 0x46537276;

/** How long a write waits for another process (a command-line tool) to finish its own. */
const BUSY_TIMEOUT_MS = 5_000;

/**
 * Opens the database and brings it to the newest schema. A new file has mode 0600, folders made for it 0700.
 * @throws Error that names the file and says what is wrong with it
 */
export function openDatabase(file: string): Database.Database {
  let db: Database.Database | undefined;
  try {
    createPrivately(file);
    db = new Database(file, { timeout: BUSY_TIMEOUT_MS });
    readVersion(db);
    configure(db);
    migrate(db);
    return db;
  } catch (error) {
    db?.close();
    throw new Error(`Cannot open the database ${file}: ${explain(error)}`, { cause: error });
  }
}

/** SQLite would create the file with the process's umask; its -wal and -shm files inherit the mode set here. */
function createPrivately(file: string): void {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  closeSync(openSync(file, 'a', 0o600));
  try {
    chmodSync(file, 0o600);
  } catch (error) {
    // A file that belongs to somebody else, opened through its group, keeps the mode that its owner chose.
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') throw error;
  }
}

function configure(db: Database.Database): void {
  // Rows hold a 2 kB embedding: three fit a page of 8 kB, only one a page of 4 kB. Applies to new files only.
  db.pragma('page_size = 8192');
  db.pragma('journal_mode = WAL');
  // In WAL mode only FULL waits for the disk at each commit, so that an acknowledged write survives a power cut.
  db.pragma('synchronous = FULL');
  db.pragma('foreign_keys = ON');
  // Deleted embeddings are overwritten with zeros, not merely forgotten.
  db.pragma('secure_delete = ON');
  // The write-ahead log shrinks back after a large deletion.
  db.pragma(`journal_size_limit = ${64 * 1024 * 1024}`);
}

function migrate(db: Database.Database): void {
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

/** Refuses, without changing a byte, what this version must not write to. */
function readVersion(db: Database.Database): number {
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

function explain(error: unknown): string {
  const { code = '', message } = error as { code?: string; message: string };
  if (code === 'SQLITE_NOTADB') return 'the file is not a SQLite database';
  if (code.startsWith('SQLITE_CORRUPT')) return 'the file is damaged; restore it from a backup';
  if (code.startsWith('SQLITE_READONLY') || code === 'EACCES' || code === 'EROFS') {
    return 'the file or its folder is not writable by this process';
  }
  if (code.startsWith('SQLITE_CANTOPEN') || code === 'EISDIR' || code === 'ENOTDIR' || code === 'EEXIST') {
    return 'the path is not a file in a folder that can be made or written';
  }
  if (code.startsWith('SQLITE_BUSY')) return 'another process holds it locked';
  if (code.startsWith('SQLITE_FULL') || code === 'ENOSPC') return 'the disk is full';
  return message;
}
