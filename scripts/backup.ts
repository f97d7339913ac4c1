import { backUp } from '../src/backup/back-up.js';
import { BackupError } from '../src/backup/backup-error.js';
import { s3Of } from '../src/config.js';
import { showProgress } from '../src/progress.js';
import { S3ObjectStore } from '../src/store/s3/s3-object-store.js';
import { readFolderConfig } from './folder-config.js';
import { runScript } from './run-script.js';

/** `npm run backup -- <file>`: copies DATA_DIR into one file; the server may run meanwhile. See docs/backup.md. */
await runScript(async () => {
  const [file, ...rest] = process.argv.slice(2);
  if (!file || file.startsWith('-') || rest.length > 0) throw new BackupError('npm run backup -- <file>');
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
    if (missing > 0) throw new BackupError(`${missing} photos are missing in the data folder; all else is backed up.`);
  } finally {
    progress?.stop();
  }
});
