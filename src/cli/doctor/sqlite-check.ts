import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type Config, dataKeyOf } from '../../config/config.js';
import { DATABASE } from '../../persistence/data-folder/data-folder.js';
import { expectDataKey, readDataKeyRecord } from '../../persistence/encryption/data-key-record.js';
import { migrations } from '../../persistence/people/sqlite/migrations.js';
import { readVersion } from '../../persistence/people/sqlite/sqlite-database.js';
import { Database } from '../../persistence/sqlite.js';
import { about, type Finding } from './finding.js';

export interface DatabaseState {
  findings: Finding[];
  /** Faces that the server keeps in its memory; undefined where they cannot be counted. */
  faces: number | undefined;
}

const RESTORE = 'Stop the server, keep a copy of the folder, and restore a backup (docs/backup.md).';

/** The database of the data folder: whole, of a version that this server knows, and fit for the data key. Changes nothing. */
export function checkSqlite(config: Config): DatabaseState {
  const { ok, fail } = about('database');
  const file = join(config.DATA_DIR, DATABASE);
  const findings: Finding[] = [];
  if (!existsSync(file)) return { findings: [ok(`${file} will be made at the first start`)], faces: 0 };
  let db: Database | undefined;
  try {
    db = new Database(file, { readonly: true, fileMustExist: true });
    const version = readVersion(db);
    const problems = (db.pragma('quick_check(3)') as { quick_check: string }[]).map((row) => row.quick_check);
    if (problems[0] !== 'ok') {
      findings.push(fail(`${file} is damaged: ${problems.join('; ')}`, RESTORE));
      return { findings, faces: undefined };
    }
    const newer = version < migrations.length ? `, is brought to ${migrations.length} at the next start` : '';
    findings.push(ok(`SQLite, whole (quick_check), schema ${version}${newer}`));
    findings.push(dataKeyFinding(db, config));
    const faces = version > 0 ? Number(db.prepare('SELECT count(*) FROM faces').pluck().get()) : 0;
    return { findings, faces };
  } catch (error) {
    const { code = '', message } = error as { code?: string; message: string };
    const isDamaged = code === 'SQLITE_NOTADB' || code.startsWith('SQLITE_CORRUPT');
    const fix = isDamaged ? RESTORE : 'Look at the owner and the mode of the file, and at the version of the server.';
    return { findings: [...findings, fail(`${file}: ${message}`, fix)], faces: undefined };
  } finally {
    db?.close();
  }
}

function dataKeyFinding(db: Database, config: Config): Finding {
  const { ok, fail } = about('data-key');
  const key = dataKeyOf(config);
  try {
    expectDataKey(readDataKeyRecord(db), key);
  } catch (error) {
    return fail(`the database does not fit: ${(error as Error).message}`, 'See docs/encryption.md.');
  }
  if (key) return ok(`the data is encrypted with the data key ${key.id}`);
  return ok('none: the data is not encrypted (docs/encryption.md)');
}
