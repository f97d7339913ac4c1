import { OperatorError } from '../util/operator-error.js';

/** What is wrong below the store. */
export type StoreTrouble =
  | 'full'
  | 'read-only'
  | 'damaged'
  | 'busy'
  | 'no-file'
  | 'failed'
  | 'unreachable'
  | 'slow'
  | 'uncertain';

/** For the operator: what it means and what to do. docs/durability.md says more. */
const advice: Record<StoreTrouble, string> = {
  full: 'the disk is full, or a quota is used up; free some space; a running server then goes on by itself',
  'read-only': 'the file or its folder is not writable by this process',
  damaged: 'the file is damaged; stop the server and restore it from a backup',
  busy: 'another process holds it locked',
  'no-file': 'the path is not a file in a folder that can be made or written',
  unreachable: 'it does not answer; a running server goes on by itself when it does',
  slow: 'it took too long; see DATABASE_TIMEOUT',
  uncertain: 'the connection was lost while a change was confirmed; it may have been made or not',
  failed: 'the disk reported an error; look for its cause in the log of the operating system',
};

/** Codes of SQLite (their beginnings: the rest only says where) and of the file system. */
const troubles: readonly [code: string, trouble: StoreTrouble][] = [
  ['SQLITE_FULL', 'full'],
  // The shared-memory file could not grow: SQLite reserves its place on the disk before it is mapped.
  ['SQLITE_IOERR_SHMSIZE', 'full'],
  ['ENOSPC', 'full'],
  ['EDQUOT', 'full'],
  ['EFBIG', 'full'],
  ['SQLITE_READONLY', 'read-only'],
  ['EACCES', 'read-only'],
  ['EPERM', 'read-only'],
  ['EROFS', 'read-only'],
  ['SQLITE_CORRUPT', 'damaged'],
  ['SQLITE_NOTADB', 'damaged'],
  ['SQLITE_BUSY', 'busy'],
  ['SQLITE_PROTOCOL', 'busy'],
  ['SQLITE_CANTOPEN', 'no-file'],
  ['EISDIR', 'no-file'],
  ['ENOTDIR', 'no-file'],
  ['EEXIST', 'no-file'],
  ['ENOENT', 'no-file'],
  ['SQLITE_IOERR', 'failed'],
  ['EIO', 'failed'],
];

/** What lies below the store does not do what is asked. The message is for the operator; nothing half-written is left. */
export class StoreError extends OperatorError {
  /**
   * @param subject what it happened to: a path
   * @param detail takes the place of the usual advice
   */
  constructor(
    readonly trouble: StoreTrouble,
    subject: string,
    { detail, cause }: { detail?: string; cause?: unknown } = {},
  ) {
    const code = (cause as { code?: string } | undefined)?.code;
    super(`${subject}: ${detail ?? advice[trouble]}${code === undefined ? '' : ` (${code})`}`, { cause });
    this.name = 'StoreError';
  }

  /** What lies below is away: the same may succeed later, and waiting now may help. */
  get isOutage(): boolean {
    return this.trouble === 'unreachable' || this.trouble === 'slow';
  }
}

/** The StoreError for an error of SQLite or the file system; any other error as it is. */
export function asStoreError(error: unknown, subject: string): unknown {
  if (error instanceof StoreError) return error;
  const code = (error as { code?: unknown } | null)?.code;
  if (typeof code !== 'string') return error;
  const found = troubles.find(([start]) => code === start || (start.startsWith('SQLITE') && code.startsWith(start)));
  if (!found) return error;
  if (code === 'SQLITE_NOTADB') {
    return new StoreError('damaged', subject, { detail: 'the file is not a SQLite database', cause: error });
  }
  return new StoreError(found[1], subject, { cause: error });
}
