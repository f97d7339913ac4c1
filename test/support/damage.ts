import { closeSync, openSync, writeSync } from 'node:fs';
import { Database } from '../../src/persistence/sqlite.js';

/** Bytes of a page of the database. */
export const PAGE = 8192;

/** Overwrites the leaves of one table, as a bad disk would. */
export function damageTable(file: string, table: string): void {
  const db = new Database(file);
  const leaves = db.prepare("SELECT pageno FROM dbstat WHERE name = ? AND pagetype = 'leaf'").pluck().all(table);
  db.close();
  const handle = openSync(file, 'r+');
  for (const page of leaves as number[]) writeSync(handle, Buffer.alloc(PAGE, 0xff), 0, PAGE, (page - 1) * PAGE);
  closeSync(handle);
}
