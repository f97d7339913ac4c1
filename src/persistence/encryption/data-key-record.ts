import { OperatorError } from '../../util/operator-error.js';
import type { Database } from '../sqlite.js';
import type { DataKey } from './data-key.js';

/** What the database says of the key that it is encrypted with. */
export interface DataKeyRecord {
  /** Undefined where the data is not encrypted. */
  keyId: string | undefined;
  /** A change of the key that has begun and not ended, and the key it leads to (undefined: to none). */
  change: { nextKeyId: string | undefined } | undefined;
  /** There has never been a user, so there is nothing that a key would be missed by. */
  isNew: boolean;
}

/** The data key does not fit the data. The message is for the operator. */
export class DataKeyError extends OperatorError {
  override readonly name = 'DataKeyError';
}

/** Changes nothing; works with databases of every version. */
export function readDataKeyRecord(db: Database): DataKeyRecord {
  const tables = db.prepare<[], string>("SELECT name FROM sqlite_schema WHERE type = 'table'").pluck().all();
  const isNew =
    !tables.includes('sqlite_sequence') || !db.prepare("SELECT 1 FROM sqlite_sequence WHERE name = 'users'").get();
  if (!tables.includes('data_key')) return { keyId: undefined, change: undefined, isNew };
  const row = db
    .prepare<[], { keyId: string; nextKeyId: string | null }>(
      'SELECT key_id AS keyId, next_key_id AS nextKeyId FROM data_key',
    )
    .get();
  return {
    keyId: row?.keyId || undefined,
    change: row && row.nextKeyId !== null ? { nextKeyId: row.nextKeyId || undefined } : undefined,
    isNew,
  };
}

/** Durable when it returns, unless the caller has begun a transaction. */
export function writeDataKeyRecord(db: Database, { keyId, change }: Omit<DataKeyRecord, 'isNew'>): void {
  db.prepare('INSERT OR REPLACE INTO data_key (only_row, key_id, next_key_id) VALUES (1, ?, ?)').run(
    keyId ?? '',
    change ? (change.nextKeyId ?? '') : null,
  );
}

/**
 * Whether the data is encrypted with exactly this key, or plain where there is none. A plain database that has never
 * had a user may take any key.
 * @throws DataKeyError when it is not
 */
export function expectDataKey({ keyId, change, isNew }: DataKeyRecord, key: DataKey | undefined): void {
  if (change) {
    throw new DataKeyError(
      'a change of its data key was not finished; run the same `facesearch data-key` command again, it goes on where it was',
    );
  }
  if (keyId === key?.id || (keyId === undefined && isNew)) return;
  if (!key) {
    throw new DataKeyError(`it is encrypted with the data key ${keyId}; set DATA_KEY or DATA_KEY_FILE to that key`);
  }
  if (keyId === undefined) {
    throw new DataKeyError(
      'it is not encrypted, but there is a data key; encrypt it with `facesearch data-key encrypt`, or start without the key',
    );
  }
  throw new DataKeyError(`it is encrypted with the data key ${keyId}, and the one given is another, ${key.id}`);
}

/**
 * Whether the key can be changed from one to another: a change that is not finished is finished before others, and one
 * that is done already is no error.
 * @throws DataKeyError when it cannot
 */
export function expectKeyChange(
  record: DataKeyRecord,
  { from, to }: { from: DataKey | undefined; to: DataKey | undefined },
): void {
  if (from?.id === to?.id) throw new DataKeyError('the old data key and the new one are the same');
  const { keyId, change } = record;
  if (!change && keyId === to?.id && !record.isNew) return;
  if (!change) {
    expectDataKey(record, from);
    return;
  }
  if (keyId === from?.id && change.nextKeyId === to?.id) return;
  const [old, next] = [keyId ?? 'none', change.nextKeyId ?? 'none'];
  throw new DataKeyError(`another change of its data key was not finished: from ${old} to ${next}; finish that first`);
}
