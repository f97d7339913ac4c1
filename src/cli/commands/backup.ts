import { s3Of } from '../../config/config.js';
import { backUp } from '../../persistence/backup/back-up.js';
import { S3ObjectStore } from '../../persistence/photos/s3/s3-object-store.js';
import { OperatorError } from '../../util/operator-error.js';
import { showProgress } from '../../util/progress.js';
import { UsageError } from '../../util/usage-error.js';
import { defineCommand } from '../command.js';
import { readFolderConfig } from '../server-config.js';

export const backup = defineCommand({
  about: 'Copies DATA_DIR into one file; the server may run meanwhile. See docs/backup.md.',
  operands: ['<file>'],
  notes: 'With - as the file, the backup goes to standard output: it is whole only where the exit code is 0.',
  async run(_values, [file = '']) {
    const isPiped = file === '-';
    if (isPiped && process.stdout.isTTY) {
      throw new UsageError('Standard output is a terminal; send it into a file or another program.');
    }
    let progress: ReturnType<typeof showProgress> | undefined;
    try {
      const config = readFolderConfig();
      const s3 = s3Of(config);
      const done = await backUp({
        folder: config.DATA_DIR,
        file: isPiped ? process.stdout : file,
        photos: s3 && new S3ObjectStore(s3),
        onProgress(photos, total) {
          progress ??= showProgress('photos', total);
          progress.update(photos, 0);
        },
      });
      const { users, faces, photos, dataKeyId, missing } = done;
      const key = dataKeyId === null ? 'not encrypted' : `encrypted with the data key ${dataKeyId}`;
      const summary = `${users} users, ${faces} faces, ${photos} photos, ${key}.`;
      if (isPiped) console.error(`Standard output: ${summary}`);
      else console.log(`${file}: ${summary}`);
      if (missing > 0)
        throw new OperatorError(`${missing} photos are missing in the data folder; all else is backed up.`);
    } finally {
      progress?.stop();
    }
  },
});
