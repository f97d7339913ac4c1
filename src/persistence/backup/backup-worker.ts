import { parentPort, workerData } from 'node:worker_threads';
import { OperatorError } from '../../util/operator-error.js';
import { DataKeyError } from '../encryption/data-key-record.js';
import type { S3Options } from '../photos/s3/s3-bucket.js';
import { S3ObjectStore } from '../photos/s3/s3-object-store.js';
import { type BackupResult, backUp } from './back-up.js';

/** What a thread of {@link Backups} is told at its start. */
export interface BackupTask {
  /** The data folder. */
  folder: string;
  /** Path of the backup. */
  file: string;
  /** Where the photos are; undefined where they lie in the data folder. */
  s3: S3Options | undefined;
}

/** Why a backup was not made: a public cause that stays the same, and a sentence for the operator. */
export interface BackupFault {
  fault: 'disk-full' | 'not-writable' | 'data-key' | 'damaged' | 'failed';
  text: string;
}

/** What it says: how far it is, and at last how it ended. */
export type BackupNews =
  | { kind: 'progress'; done: number; total: number }
  | { kind: 'done'; result: BackupResult }
  | ({ kind: 'failed' } & BackupFault);

/** Milliseconds between two words of its progress. */
const PAUSE = 200;

const faults: readonly [code: RegExp, fault: BackupFault['fault']][] = [
  [/^(ENOSPC|EDQUOT|EFBIG|SQLITE_FULL|SQLITE_IOERR_SHMSIZE)/, 'disk-full'],
  [/^(EROFS|EACCES|EPERM|EEXIST|ENOTDIR|EISDIR|SQLITE_READONLY|SQLITE_CANTOPEN)/, 'not-writable'],
  [/^(SQLITE_CORRUPT|SQLITE_NOTADB)/, 'damaged'],
];

/** Copies in a thread of its own: SQLite copies its pages without a pause, which would hold up every request. */
async function work({ folder, file, s3 }: BackupTask): Promise<void> {
  let told = 0;
  const tell = (news: BackupNews) => parentPort?.postMessage(news);
  try {
    const photos = s3 && new S3ObjectStore(s3);
    const result = await backUp({
      folder,
      file,
      photos,
      onProgress(done, total) {
        if (done < total && Date.now() - told < PAUSE) return;
        told = Date.now();
        tell({ kind: 'progress', done, total });
      },
    });
    tell({ kind: 'done', result });
  } catch (error) {
    tell({ kind: 'failed', ...faultOf(error) });
  }
}

function faultOf(error: unknown): BackupFault {
  const { message: text, cause } = error as Error;
  if (error instanceof DataKeyError) return { fault: 'data-key', text };
  const codes = [error, cause].map((each) => String((each as NodeJS.ErrnoException | undefined)?.code));
  const known = faults.find(([code]) => codes.some((each) => code.test(each)))?.[1];
  if (known) return { fault: known, text };
  return { fault: error instanceof OperatorError && text.includes('damaged') ? 'damaged' : 'failed', text };
}

await work(workerData as BackupTask);
