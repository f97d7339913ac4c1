import { existsSync, renameSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { DATABASE, dropIndexCache } from '../../persistence/data-folder/data-folder.js';
import { lockDataFolder } from '../../persistence/data-folder/data-folder-lock.js';
import { syncFolder } from '../../persistence/data-folder/durable-folder.js';
import type { DataKey } from '../../persistence/encryption/data-key.js';
import { expectDataKey, readDataKeyRecord } from '../../persistence/encryption/data-key-record.js';
import { blobToEmbedding, embeddingToBlob } from '../../persistence/encryption/embedding-blob.js';
import { RowEncryption, type UserRow } from '../../persistence/encryption/row-encryption.js';
import { eraseDeletedCollections } from '../../persistence/people/sqlite/deleted-collections.js';
import { FORMS_DUE } from '../../persistence/people/sqlite/id-forms.js';
import { migrations } from '../../persistence/people/sqlite/migrations.js';
import { openDatabase, readVersion } from '../../persistence/people/sqlite/sqlite-database.js';
import { Database } from '../../persistence/sqlite.js';
import { asStoreError, StoreError } from '../../persistence/store-error.js';
import { OperatorError } from '../../util/operator-error.js';
import type { TargetSide, TargetState } from './side.js';
import { type Place, placeOf, type Row, type Table, type Value } from './tables.js';

/** Name of a target until it is whole: no server takes it for its database. */
const UNFINISHED = `${DATABASE}.unfinished`;

/** A table of it that holds the name of the source. */
const MARK = 'unfinished_move';

/** What is read in the place of a table: deleted users who could be brought back are not moved, so their photos are to be erased. */
const SOURCES: Readonly<Record<string, string>> = {
  pending_object_deletions: `(SELECT object_key, since, tenant_id FROM pending_object_deletions
    UNION SELECT value, erase_at, tenant_id FROM recycled JOIN collections USING (collection_id), json_each(object_keys))`,
};

/**
 * The database of a data folder as the source or the target of a move, which is then the folder's only user. A source is
 * opened read-only, once the rows of deleted collections are erased. With a data key, rows are decrypted when they are read and encrypted when they are written.
 */
export class SqliteSide implements TargetSide {
  readonly name: string;
  readonly #folder: string;
  readonly #db: Database;
  readonly #encryption: RowEncryption;
  readonly #unlock: () => void;

  /** @throws StoreError; OperatorError when there is no database of this version and key */
  static openSource(folder: string, dataKey: DataKey | undefined): SqliteSide {
    return SqliteSide.#open(folder, dataKey, () => {
      const file = join(folder, DATABASE);
      if (!existsSync(file)) throw new OperatorError(`There is no database in the folder ${folder}.`);
      let db = new Database(file, { readonly: true, fileMustExist: true });
      try {
        if (readVersion(db) !== migrations.length)
          throw new Error('it is of an older version; start and stop the server on it once');
        expectDataKey(readDataKeyRecord(db), dataKey);
        if (db.prepare('SELECT 1 FROM collections WHERE deleted_at IS NOT NULL').get()) {
          // A deleted collection does not move; its photos are deleted where the others go.
          db.close();
          eraseIn(file, dataKey);
          db = new Database(file, { readonly: true, fileMustExist: true });
        }
        return db;
      } catch (error) {
        db.close();
        const known = asStoreError(error, `Cannot open the database ${file}`);
        throw known instanceof StoreError
          ? known
          : new OperatorError(`Cannot open the database ${file}: ${(error as Error).message}`);
      }
    });
  }

  /** @throws StoreError, DataKeyError */
  static openTarget(folder: string, dataKey: DataKey | undefined): SqliteSide {
    return SqliteSide.#open(folder, dataKey, () => {
      const whole = join(folder, DATABASE);
      return openDatabase(existsSync(whole) ? whole : join(folder, UNFINISHED), { key: dataKey });
    });
  }

  static #open(folder: string, dataKey: DataKey | undefined, open: () => Database): SqliteSide {
    const unlock = lockDataFolder(folder);
    try {
      return new SqliteSide(folder, open(), dataKey, unlock);
    } catch (error) {
      unlock();
      throw asStoreError(error, `The database in ${folder}`);
    }
  }

  private constructor(folder: string, db: Database, dataKey: DataKey | undefined, unlock: () => void) {
    this.name = `SQLite in ${resolve(folder)}`;
    this.#folder = folder;
    this.#db = db;
    this.#encryption = new RowEncryption(dataKey);
    this.#unlock = unlock;
  }

  async count({ name }: Table): Promise<number> {
    return this.#do(() =>
      Number(
        this.#db
          .prepare(`SELECT count(*) FROM ${SOURCES[name] ?? name}`)
          .pluck()
          .get(),
      ),
    );
  }

  async page(table: Table, after: Place | undefined, limit: number): Promise<Row[]> {
    const from = after && `WHERE (${table.key}) > (${table.key.map(() => '?')})`;
    const ofFace = table.fromFace && `JOIN (SELECT ${['face_id', ...table.fromFace]} FROM faces) USING (face_id)`;
    const columns = [...ownColumns(table), ...(table.fromFace ?? [])];
    const sql = `SELECT ${columns} FROM ${SOURCES[table.name] ?? table.name} ${ofFace ?? ''} ${from ?? ''} ORDER BY ${table.key} LIMIT ?`;
    return this.#do(() =>
      this.#db
        .prepare<unknown[], Row>(sql)
        .all(...(after ?? []), limit)
        .map((row) => this.#opened(table, row)),
    );
  }

  async lastNumber({ name, numbered }: Table): Promise<number> {
    if (numbered === undefined) return 0;
    const sql = `SELECT max(ifnull((SELECT max(${numbered}) FROM ${name}), 0),
      ifnull((SELECT seq FROM sqlite_sequence WHERE name = ?), 0))`;
    return this.#do(() => Number(this.#db.prepare(sql).pluck().get(name)));
  }

  async begin(source: string): Promise<TargetState> {
    return this.#do(() => {
      if (this.#isWhole()) return 'occupied';
      return this.#db
        .transaction((): TargetState => {
          const isMarked = this.#db.prepare('SELECT 1 FROM sqlite_schema WHERE name = ?').get(MARK);
          if (isMarked) {
            const marked = this.#db.prepare(`SELECT source FROM ${MARK}`).pluck().get();
            return marked === source ? 'unfinished' : 'occupied';
          }
          this.#db.exec(`CREATE TABLE ${MARK} (source TEXT NOT NULL) STRICT`);
          this.#db.prepare(`INSERT INTO ${MARK} VALUES (?)`).run(source);
          return 'empty';
        })
        .immediate();
    });
  }

  async lastPlace(table: Table): Promise<Place | undefined> {
    const order = table.key.map((column) => `${column} DESC`);
    const sql = `SELECT ${table.key} FROM ${table.name} ORDER BY ${order} LIMIT 1`;
    const row = this.#do(() => this.#db.prepare<[], Row>(sql).get());
    return row && placeOf(table, row);
  }

  async insert(table: Table, rows: readonly Row[]): Promise<void> {
    const columns = ownColumns(table);
    this.#do(() => {
      const statement = this.#db.prepare(
        `INSERT INTO ${table.name} (${columns}) VALUES (${columns.map((column) => `@${column}`)})`,
      );
      this.#db.transaction(() => rows.forEach((row) => void statement.run(this.#closed(table, row)))).immediate();
    });
  }

  async finish(lastNumbers: ReadonlyMap<Table, number>): Promise<void> {
    this.#do(() => {
      const forget = this.#db.prepare('DELETE FROM sqlite_sequence WHERE name = ?');
      const set = this.#db.prepare('INSERT INTO sqlite_sequence (name, seq) VALUES (?, ?)');
      this.#db
        .transaction(() => {
          for (const [{ name }, last] of lastNumbers) {
            // Tenants are numbered without it.
            if (last === 0 || name === 'tenants') continue;
            forget.run(name);
            set.run(name, last);
          }
          this.#db.exec(FORMS_DUE);
        })
        .immediate();
      // One file, without a log, before it gets its name.
      this.#db.pragma('wal_checkpoint(TRUNCATE)');
      this.#db.close();
      dropIndexCache(this.#folder);
      renameSync(join(this.#folder, UNFINISHED), join(this.#folder, DATABASE));
      syncFolder(this.#folder);
      // Says nothing any more under this name, whether this is reached or not.
      const whole = new Database(join(this.#folder, DATABASE));
      whole.exec(`DROP TABLE ${MARK}`);
      whole.close();
    });
  }

  async close(): Promise<void> {
    this.#db.close();
    this.#unlock();
  }

  #isWhole(): boolean {
    return basename(this.#db.name) === DATABASE;
  }

  #do<T>(work: () => T): T {
    try {
      return work();
    } catch (error) {
      throw asStoreError(error, `The database ${this.#db.name}`);
    }
  }

  /** @throws DecryptionError, or another StoreError for an embedding that is damaged */
  #opened(table: Table, row: Row): Row {
    if (table.name === 'users') {
      const { sealed, ...user } = row;
      const { id, name } = this.#encryption.decryptUser(userRowOf(row, sealed as Buffer | null));
      return { ...user, client_id: id, name };
    }
    if ('embedding' in table.columns) {
      const embedding = this.#encryption.decryptEmbedding(
        Number(row.user_id),
        String(row.model),
        row.embedding as Buffer,
      );
      return { ...row, embedding: embeddingToBlob(embedding) };
    }
    if (table.name === 'webhooks') {
      const target = this.#encryption.decryptTarget(Number(row.webhook_id), row.target as Buffer);
      return { ...row, target: Buffer.from(target, 'utf8') };
    }
    if (table.name === 'deliveries') {
      const data = this.#encryption.decryptEvent(String(row.event_id), row.data as Buffer);
      return { ...row, data: Buffer.from(data, 'utf8') };
    }
    if (table.name === 'accounts' && row.totp) {
      const totp = this.#encryption.decryptTotp(Number(row.account_id), row.totp as Buffer);
      return withFlags(table, { ...row, totp: Buffer.from(totp, 'utf8') }, isOne);
    }
    return withFlags(table, row, isOne);
  }

  /** The row as it lies in the database. */
  #closed(table: Table, row: Row): Record<string, Value> {
    if (table.name === 'users') {
      const user = { id: String(row.client_id), name: String(row.name) };
      const client = this.#encryption.clientId(Number(row.collection_id), user.id);
      const encrypted = this.#encryption.encryptUser(Number(row.user_id), client, user);
      return { ...row, client_id: client, name: this.#encryption.plainName(user), sealed: encrypted };
    }
    if ('embedding' in table.columns) {
      const embedding = blobToEmbedding(row.embedding as Buffer);
      return {
        ...row,
        embedding: this.#encryption.encryptEmbedding(Number(row.user_id), String(row.model), embedding),
      };
    }
    if (table.name === 'webhooks') {
      const target = (row.target as Buffer).toString('utf8');
      return { ...row, target: this.#encryption.encryptTarget(Number(row.webhook_id), target) };
    }
    if (table.name === 'deliveries') {
      const data = (row.data as Buffer).toString('utf8');
      return { ...row, data: this.#encryption.encryptEvent(String(row.event_id), data) };
    }
    if (table.name === 'accounts' && row.totp) {
      const totp = (row.totp as Buffer).toString('utf8');
      return withFlags(table, { ...row, totp: this.#encryption.encryptTotp(Number(row.account_id), totp) }, Number);
    }
    return withFlags(table, row, Number);
  }
}

const isOne = (flag: Value) => flag === 1;

function eraseIn(file: string, dataKey: DataKey | undefined): void {
  const db = openDatabase(file, { key: dataKey });
  try {
    eraseDeletedCollections(db);
  } finally {
    db.close();
  }
}

/** The columns of the table in SQLite. */
function ownColumns({ name, columns, fromFace = [] }: Table): string[] {
  const own = Object.keys(columns).filter((column) => !fromFace.includes(column));
  return name === 'users' ? [...own, 'sealed'] : own;
}

/** The row with its flags written in another way. */
function withFlags({ columns }: Table, row: Row, write: (flag: Value) => Value): Row {
  const flags = Object.keys(columns).filter((column) => columns[column] === 'flag');
  return { ...row, ...Object.fromEntries(flags.map((flag) => [flag, write(row[flag] as Value)])) };
}

function userRowOf(row: Row, encrypted: Buffer | null): UserRow {
  return { userId: Number(row.user_id), clientId: String(row.client_id), name: String(row.name), encrypted };
}
