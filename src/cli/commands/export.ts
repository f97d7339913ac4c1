import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { dataKeyOf } from '../../config/config.js';
import { SqliteTransfer } from '../../persistence/people/sqlite/sqlite-transfer.js';
import { InputError } from '../../util/input-error.js';
import { showProgress } from '../../util/progress.js';
import { exportCollection } from '../collection-export/export-collection.js';
import { defineCommand } from '../command.js';
import { collectionOptions, readTransferOptions } from '../transfer-options.js';

export const exportCommand = defineCommand({
  about:
    'Writes users and vectors of a collection of DATA_DIR as JSON lines, to standard output without a file; the server may run meanwhile. See docs/backup.md.',
  operands: ['[<file>]'],
  options: collectionOptions,
  async run(values, [name]) {
    const { collection, file, config, database, model } = await readTransferOptions(values, name);
    const source = SqliteTransfer.open(database, dataKeyOf(config), collection, model);
    try {
      const counts = source.count();
      if (!counts) throw new InputError('There is no such collection.');
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
  },
});
