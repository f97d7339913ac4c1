import { chmodSync } from 'node:fs';
import { Database, type Statement } from '../../persistence/sqlite.js';
import { ImportError } from './import-error.js';

/** A photo as it was when it was looked at: one that changed since is another photo. */
export interface PhotoKey {
  id: string;
  path: string;
  size: number;
  /** Milliseconds. */
  changed: number;
}

/** What an import goes to. */
export interface Target {
  origin: string;
  tenant: string;
  collection: string;
}

export interface ServerRefusal {
  code: string;
  text: string;
  reason: string;
}

/**
 * What became of a photo. `sending` is one whose call had begun when the process ended: the server may have it or not.
 */
export type PhotoState = { state: 'sending' } | { state: 'added' } | ({ state: 'refused' } & ServerRefusal);

/**
 * A file that remembers what became of each photo, so that an import that was killed goes on where it was. It is on the
 * disk before a photo is sent, and only one process has it open.
 */
export class ImportState {
  readonly #db: Database;
  readonly #find: Statement<[string, string, number, number], Row>;
  readonly #put: Statement<[Row & PhotoKey]>;

  /** @throws ImportError when another import has it open, it is about another target, or it is no such file */
  static open(file: string, target: Target): ImportState {
    let db: Database | undefined;
    try {
      db = new Database(file, { timeout: 0 });
      db.pragma('locking_mode = EXCLUSIVE');
      db.exec('BEGIN IMMEDIATE');
      db.exec(`CREATE TABLE IF NOT EXISTS target (origin TEXT NOT NULL, tenant TEXT NOT NULL, collection TEXT NOT NULL);
        CREATE TABLE IF NOT EXISTS photos (
          id TEXT NOT NULL, path TEXT NOT NULL, size INTEGER NOT NULL, changed REAL NOT NULL,
          state TEXT NOT NULL, code TEXT NOT NULL, text TEXT NOT NULL, reason TEXT NOT NULL,
          PRIMARY KEY (id, path, size, changed)) WITHOUT ROWID`);
      const known = db.prepare('SELECT origin, tenant, collection FROM target').get() as Target | undefined;
      if (!known) db.prepare('INSERT INTO target VALUES (@origin, @tenant, @collection)').run(target);
      db.exec('COMMIT');
      // An exclusive write-ahead log needs no shared memory beside the file, and one sync a photo.
      db.pragma('journal_mode = WAL');
      db.pragma('synchronous = FULL');
      chmodSync(file, 0o600);
      requireSame(file, known ?? target, target);
      return new ImportState(db);
    } catch (error) {
      db?.close();
      throw explained(error, file);
    }
  }

  private constructor(db: Database) {
    this.#db = db;
    this.#find = db.prepare(
      'SELECT state, code, text, reason FROM photos WHERE id = ? AND path = ? AND size = ? AND changed = ?',
    );
    this.#put = db.prepare(
      'INSERT OR REPLACE INTO photos VALUES (@id, @path, @size, @changed, @state, @code, @text, @reason)',
    );
  }

  find({ id, path, size, changed }: PhotoKey): PhotoState | undefined {
    return this.#find.get(id, path, size, changed) as PhotoState | undefined;
  }

  /** Is on the disk when this returns. */
  put({ id, path, size, changed }: PhotoKey, state: PhotoState): void {
    this.#put.run({ code: '', text: '', reason: '', ...state, id, path, size, changed });
  }

  /** As if the photo had never been sent. */
  forget({ id, path, size, changed }: PhotoKey): void {
    this.#db
      .prepare('DELETE FROM photos WHERE id = ? AND path = ? AND size = ? AND changed = ?')
      .run(id, path, size, changed);
  }

  close(): void {
    this.#db.close();
  }
}

interface Row extends ServerRefusal {
  state: PhotoState['state'];
}

function requireSame(file: string, known: Target, target: Target): void {
  const words = ({ origin, tenant, collection }: Target) =>
    `the collection "${collection}" of the tenant "${tenant}" at ${origin}`;
  if (words(known) === words(target)) return;
  throw new ImportError(`${file} is about an import into ${words(known)}, not ${words(target)}; name another --state.`);
}

function explained(error: unknown, file: string): unknown {
  const { code = '', message } = error as { code?: string; message: string };
  if (code.startsWith('SQLITE_BUSY')) return new ImportError(`Another import has ${file} open.`);
  if (code.startsWith('SQLITE_NOTADB') || message.startsWith('no such column') || message.startsWith('table ')) {
    return new ImportError(`${file} is no state of an import; move it away, or name another --state.`);
  }
  if (code.startsWith('SQLITE')) return new ImportError(`Cannot use the state file ${file}: ${message}`);
  return error;
}
