import { s3Of } from '../../config/config.js';
import { restore } from '../../persistence/backup/restore.js';
import { OperatorError } from '../../util/operator-error.js';
import { defineCommand } from '../command.js';
import { readTargetConfig } from '../server-config.js';

const intoFolder =
  'A backup is restored into DATA_DIR only: unset S3_ENDPOINT and the like, restore, and move the photos (docs/photos.md).';

export const restoreCommand = defineCommand({
  about: 'Puts the data of a backup into DATA_DIR, while no server runs on it. See docs/backup.md.',
  operands: ['<file>'],
  notes: 'With - as the file, the backup is read from standard input.',
  options: { force: { type: 'boolean', help: 'replace the data that is there' } },
  async run({ force }, [file = '']) {
    const config = readTargetConfig();
    if (s3Of(config)) throw new OperatorError(intoFolder);
    const folder = config.DATA_DIR;
    const { createdAt, users, faces, photos, dataKeyId } = await restore({
      file: file === '-' ? process.stdin : file,
      folder,
      force,
    });
    console.log(`${folder} is as it was at ${createdAt}: ${users} users, ${faces} faces, ${photos} photos.`);
    if (dataKeyId !== null) console.log(`It is encrypted with the data key ${dataKeyId}, which the server needs.`);
  },
});
