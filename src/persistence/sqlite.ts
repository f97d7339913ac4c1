import { createRequire } from 'node:module';
import type BetterSqlite3 from 'better-sqlite3';
import { StoreError } from './store-error.js';

// Everything that opens a SQLite database imports it from here. One version of better-sqlite3 does not do for all of Node.js:
// 13 is made for Node-API 10, which came with Node.js 22.14, and ends the process on what is older; 12, compiled with the
// headers of Node.js 24.19 or later, ends the process during garbage collection (nodejs/node#65446), and npm does not install
// it where 13 works: test/packages.test.ts.

/** Opens a database; the API of better-sqlite3. */
export const Database: typeof BetterSqlite3 = load();
export type Database = BetterSqlite3.Database;
export type { Statement, Transaction } from 'better-sqlite3';

/** @throws StoreError when the packages were installed with another version of Node.js, or the system is too old for them */
function load(): typeof BetterSqlite3 {
  const require = createRequire(import.meta.url);
  try {
    const Sqlite: typeof BetterSqlite3 = require(
      Number(process.versions.napi) >= 10 ? 'better-sqlite3' : 'better-sqlite3-12',
    );
    // Only now its native part is loaded.
    new Sqlite(':memory:').close();
    return Sqlite;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const again = 'run `npm ci` again with this version of Node.js';
    throw new StoreError('failed', `better-sqlite3 cannot be loaded by Node.js ${process.versions.node}`, {
      // Such as a C library that is older than the one that the package was compiled for.
      detail: code === 'ERR_DLOPEN_FAILED' ? `${message.split('\n')[0]}; see docs/operations.md, "Node.js"` : again,
      cause: error,
    });
  }
}
