import { createWriteStream, existsSync } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { dataKeyOf } from '../src/config.js';
import { showProgress } from '../src/progress.js';
import { SqliteTransfer } from '../src/store/sqlite-transfer.js';
import { exportCollection } from '../src/transfer/export-collection.js';
import { TransferError } from '../src/transfer/transfer-error.js';
import { runScript } from './run-script.js';
import { readTransferOptions } from './transfer-options.js';

const usage = `Writes users and vectors of a collection as JSON lines; the server may run meanwhile. See docs/backup.md.
  npm run export -- --tenant <tenant> [--collection <collection>] [<file>]`;

await runScript(async () => {
  const { collection, file, config, database, model } = await readTransferOptions(usage);
  if (!existsSync(database)) throw new TransferError(`There is no database ${database}.`);
  const source = SqliteTransfer.open(database, dataKeyOf(config), collection, model);
  try {
    const counts = source.count();
    if (!counts) throw new TransferError('There is no such collection.');
    const progress = showProgress('users and faces', counts.users + counts.faces);
    try {
      const lines = exportCollection(source, model, (done) => progress.update(done, 0));
      const target = file ? createWriteStream(file, { flags: 'wx', mode: 0o600 }) : process.stdout;
      await pipeline(Readable.from(lines), target, { end: file !== undefined });
    } finally {
      progress.stop();
    }
    if (counts.otherModels > 0) {
      console.error(`${counts.otherModels} faces were made by other models and are not exported.`);
    }
  } finally {
    source.close();
  }
});
