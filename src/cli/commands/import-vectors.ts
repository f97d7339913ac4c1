import { createReadStream, fstatSync, statSync } from 'node:fs';
import { dataKeyOf } from '../../config/config.js';
import { lockDataFolder } from '../../persistence/data-folder/data-folder-lock.js';
import { SqliteTransfer } from '../../persistence/people/sqlite/sqlite-transfer.js';
import { showProgress } from '../../util/progress.js';
import { importCollection } from '../collection-export/import-collection.js';
import { defineCommand } from '../command.js';
import { collectionOptions, readTransferOptions } from '../transfer-options.js';

export const importVectors = defineCommand({
  about:
    'Merges the users and vectors that `facesearch export` wrote into a collection of DATA_DIR, while no server runs; reads standard input without a file. See docs/backup.md.',
  operands: ['[<file>]'],
  options: collectionOptions,
  async run(values, [name]) {
    const { collection, file, config, database, model } = await readTransferOptions(values, name, true);
    // First of all: a stream tells later that there is no file.
    const { size } = file ? statSync(file) : fstatSync(0);
    const input = file ? createReadStream(file) : process.stdin;
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
  },
});
