import { createHash } from 'node:crypto';
import { closeSync, existsSync, openSync, readdirSync, rmSync } from 'node:fs';
import { endianness } from 'node:os';
import { join } from 'node:path';
import { AesGcmCipher } from '../../persistence/encryption/data-cipher.js';
import type { DataKey } from '../../persistence/encryption/data-key.js';
import { Database } from '../../persistence/sqlite.js';

/** Raised when the parts change so that an older version, or a newer one, would misread them. Version 1 had no graph. */
const VERSION = 2;
const READABLE = [1, 2];
/** In what each part is bound to. */
const FORMAT = 1;
const CHECKSUM_BYTES = 32;

interface About {
  endianness: string;
  identity: string;
  /** Of the data key; undefined for plain parts. */
  key: string | undefined;
}

export interface IndexCacheSettings {
  /** Exists, and is written by one process only. */
  folder: string;
  collectionId: number;
  /** Of whatever made the embeddings. */
  identity: string;
  dataKey: DataKey | undefined;
}

/**
 * What the index of one collection keeps on the disk, in a SQLite file of its own, in parts: it is no part of the people's
 * database, so that it makes neither that file nor its backups larger and never waits for its writer. Each part has a
 * checksum, or is encrypted where there is a data key, and is bound to its collection, model and version.
 *
 * SQLite writes without waiting for the disk: after a loss of power the file may be damaged, which the checksums show, and is
 * made anew. A killed process leaves the state of the last commit.
 */
export class IndexCache {
  readonly #path: string;
  readonly #about: About;
  readonly #cipher: AesGcmCipher | undefined;
  readonly #context: string;
  #db: Database | undefined;

  constructor({ folder, collectionId, identity, dataKey }: IndexCacheSettings) {
    this.#path = join(folder, `${collectionId}.sqlite`);
    this.#about = { endianness: endianness(), identity, key: dataKey?.id };
    this.#cipher = dataKey && new AesGcmCipher(dataKey);
    this.#context = `index/${FORMAT}/${collectionId}/${identity}`;
  }

  /** Removes the graphs that earlier versions kept as plain files. @returns how many files there were */
  static removeGraphFiles(folder: string): number {
    return removeFiles(folder, /\.(index|graph|draft)$/);
  }

  /** Removes what is kept of a collection that is not open. */
  static removeCollection(folder: string, collectionId: number): void {
    removeFiles(folder, new RegExp(`^${collectionId}\\.`));
  }

  /** The collections of which something is kept. */
  static collectionsIn(folder: string): Set<number> {
    return new Set(readdirSync(folder).map((name) => Number.parseInt(name, 10)));
  }

  /**
   * Opens what there is.
   * @returns false when there is nothing
   * @throws Error when it cannot be used, which says why
   */
  open(): boolean {
    if (!existsSync(this.#path)) return false;
    const db = this.#opened();
    // A process was killed while it wrote for the first time.
    if (db.pragma('page_count', { simple: true }) === 0) {
      this.remove();
      return false;
    }
    if (!READABLE.includes(db.pragma('user_version', { simple: true }) as number)) {
      throw new Error('it is of another version');
    }
    const stored = db.prepare<[], Buffer>("SELECT data FROM parts WHERE part = 'about'").pluck().get();
    if (!stored) throw new Error('it is not whole');
    const about = JSON.parse(stored.toString('utf8')) as About;
    if (about.endianness !== this.#about.endianness) throw new Error('it was written by another kind of machine');
    if (about.key !== this.#about.key) throw new Error('it was written with another data key, or without one');
    if (about.identity !== this.#about.identity) throw new Error('it is of another model');
    return true;
  }

  /** @throws Error when it is damaged */
  read(part: string): Uint8Array | undefined {
    const data = this.#opened().prepare<[string], Buffer>('SELECT data FROM parts WHERE part = ?').pluck().get(part);
    if (!data) return undefined;
    const context = `${this.#context}/${part}`;
    if (this.#cipher) return this.#cipher.decrypt(data, context);
    const body = data.subarray(CHECKSUM_BYTES);
    if (!checksum(context, body).equals(data.subarray(0, CHECKSUM_BYTES))) throw new Error('a checksum is wrong');
    return body;
  }

  /** What is written and removed from here on is there when `commit` has been called, and not before. */
  begin(): void {
    const db = this.#opened();
    db.exec('BEGIN IMMEDIATE');
    db.exec('CREATE TABLE IF NOT EXISTS parts (part TEXT PRIMARY KEY, data BLOB NOT NULL)');
    db.pragma(`user_version = ${VERSION}`);
    this.#put('about', Buffer.from(JSON.stringify(this.#about)));
  }

  write(part: string, body: Uint8Array): void {
    const context = `${this.#context}/${part}`;
    this.#put(part, this.#cipher?.encrypt(body, context) ?? Buffer.concat([checksum(context, body), body]));
  }

  delete(part: string): void {
    this.#opened().prepare('DELETE FROM parts WHERE part = ?').run(part);
  }

  /** Those whose names start so. */
  deleteAll(prefix: string): void {
    this.#opened().prepare('DELETE FROM parts WHERE part >= ? AND part < ?').run(prefix, `${prefix}\u{10ffff}`);
  }

  commit(): void {
    this.#opened().exec('COMMIT');
  }

  rollback(): void {
    if (this.#db?.inTransaction) this.#db.exec('ROLLBACK');
  }

  close(): void {
    this.#db?.close();
    this.#db = undefined;
  }

  remove(): void {
    this.close();
    for (const file of [this.#path, `${this.#path}-journal`]) rmSync(file, { force: true });
  }

  #put(part: string, data: Buffer): void {
    this.#opened()
      .prepare('INSERT INTO parts (part, data) VALUES (?, ?) ON CONFLICT (part) DO UPDATE SET data = excluded.data')
      .run(part, data);
  }

  #opened(): Database {
    if (this.#db) return this.#db;
    // SQLite gives its journal the mode of the database.
    closeSync(openSync(this.#path, 'a', 0o600));
    const db = new Database(this.#path);
    try {
      // Large pages: a part is a chain of them.
      db.pragma('page_size = 32768');
      db.pragma('journal_mode = DELETE');
      db.pragma('synchronous = OFF');
      db.pragma('secure_delete = ON');
      db.pragma('cache_size = -4000');
    } catch (error) {
      db.close();
      throw error;
    }
    this.#db = db;
    return db;
  }
}

function removeFiles(folder: string, which: RegExp): number {
  const names = readdirSync(folder).filter((name) => which.test(name));
  for (const name of names) rmSync(join(folder, name), { force: true });
  return names.length;
}

function checksum(context: string, body: Uint8Array): Buffer {
  return createHash('sha256').update(context).update('\0').update(body).digest();
}
