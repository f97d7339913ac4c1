import { s3Of } from '../../config/config.js';
import { S3ObjectStore } from '../../persistence/photos/s3/s3-object-store.js';
import { OperatorError } from '../../util/operator-error.js';
import { showProgress } from '../../util/progress.js';
import { backUp } from '../backup/back-up.js';
import { defineCommand } from '../command.js';
import { readFolderConfig } from '../folder-config.js';

export const backup = defineCommand({
  about: 'Copies DATA_DIR into one file; the server may run meanwhile. See docs/backup.md.',
  operands: ['<file>'],
  async run(_values, [file = '']) {
    let progress: ReturnType<typeof showProgress> | undefined;
    try {
      const config = readFolderConfig();
      const s3 = s3Of(config);
      const done = await backUp({
        folder: config.DATA_DIR,
        file,
        photos: s3 && new S3ObjectStore(s3),
        onProgress(photos, total) {
          progress ??= showProgress('photos', total);
          progress.update(photos, 0);
        },
      });
      const { users, faces, photos, dataKeyId, missing } = done;
      const key = dataKeyId === null ? 'not encrypted' : `encrypted with the data key ${dataKeyId}`;
      console.log(`${file}: ${users} users, ${faces} faces, ${photos} photos, ${key}.`);
      if (missing > 0)
        throw new OperatorError(`${missing} photos are missing in the data folder; all else is backed up.`);
    } finally {
      progress?.stop();
    }
  },
});
