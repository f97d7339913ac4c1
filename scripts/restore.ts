import { parseArgs } from 'node:util';
import { BackupError } from '../src/backup/backup-error.js';
import { restore } from '../src/backup/restore.js';
import { s3Of } from '../src/config.js';
import { readFolderConfig } from './folder-config.js';
import { runScript } from './run-script.js';

const usage = 'npm run restore -- <file> [--force]';
const intoFolder =
  'A backup is restored into DATA_DIR only: unset S3_ENDPOINT and the like, restore, and move the photos (docs/photos.md).';

/** Puts the data of a backup into DATA_DIR, while no server runs on it. See docs/backup.md. */
await runScript(async () => {
  const { file, force } = options();
  const config = readFolderConfig();
  if (s3Of(config)) throw new BackupError(intoFolder);
  const folder = config.DATA_DIR;
  const { createdAt, users, faces, photos, dataKeyId } = await restore({ file, folder, force });
  console.log(`${folder} is as it was at ${createdAt}: ${users} users, ${faces} faces, ${photos} photos.`);
  if (dataKeyId !== null) console.log(`It is encrypted with the data key ${dataKeyId}, which the server needs.`);
});

function options(): { file: string; force: boolean } {
  try {
    const { positionals, values } = parseArgs({
      allowPositionals: true,
      options: { force: { type: 'boolean', default: false } },
    });
    const [file, ...rest] = positionals;
    if (file && rest.length === 0) return { file, force: values.force };
  } catch {}
  throw new BackupError(usage);
}
