import { createReadStream, fstatSync, statSync } from 'node:fs';
import { dataKeyOf } from '../src/config.js';
import { showProgress } from '../src/progress.js';
import { lockDataFolder } from '../src/store/data-folder-lock.js';
import { SqliteTransfer } from '../src/store/sqlite-transfer.js';
import { importCollection } from '../src/transfer/import-collection.js';
import { runScript } from './run-script.js';
import { readTransferOptions } from './transfer-options.js';

const usage = `Merges exported users and vectors into a collection, while no server runs. See docs/backup.md.
  npm run import -- --tenant <tenant> [--collection <collection>] [<file>]   reads standard input without a file`;

await runScript(async () => {
  const { collection, file, config, database, model } = await readTransferOptions(usage);
  const input = file ? createReadStream(file) : process.stdin;
  const { size } = file ? statSync(file) : fstatSync(0);
  const unlock = lockDataFolder(config.DATA_DIR);
  const target = SqliteTransfer.open(database, dataKeyOf(config), collection, model);
  // A pipe has no size.
  const progress = size > 0 ? showProgress('bytes', size, 'lines refused') : undefined;
  try {
    const done = await importCollection(target, input, {
      model,
      onRefused: (line, reason) => console.error(`line ${line}: ${reason}`),
      onProgress: (bytes, refused) => progress?.update(bytes, refused),
    });
    progress?.stop();
    console.log(
      `${done.usersCreated} users created, ${done.usersChanged} changed; ${done.facesAdded} faces added, ` +
        `${done.facesKnown} were there already; ${done.linesRefused} lines refused.`,
    );
    if (done.linesRefused > 0) process.exitCode = 1;
  } finally {
    progress?.stop();
    target.close();
    unlock();
  }
});
