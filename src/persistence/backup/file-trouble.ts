import { statSync } from 'node:fs';
import { InputError } from '../../util/input-error.js';
import { OperatorError } from '../../util/operator-error.js';

/**
 * Says why a backup cannot be read or written, for volumes that are mounted into a container above all.
 * @param path the backup
 * @param folder where it is written
 * @returns a OperatorError for what the file system refuses; any other error as it is
 */
export function cannotWrite(error: unknown, path: string, folder: string): unknown {
  const code = codeOf(error);
  const reasons: Record<string, () => string> = {
    EROFS: () => `${folder} is mounted read-only`,
    EACCES: () => `${me()} may not write to ${folder}${owned(folder, ', which')}`,
    EPERM: () => `${me()} may not write to ${folder}${owned(folder, ', which')}`,
    EEXIST: () => `${folder} is not a folder`,
    ENOTDIR: () => `${folder} is not a folder`,
    EISDIR: () => 'it is a folder; name a file in it',
    ENOSPC: () => `the disk of ${folder} is full`,
    EDQUOT: () => `the quota of ${folder} is used up`,
    SQLITE_FULL: () => `the disk of ${folder} is full`,
    EPIPE: () => 'its reader went away before all was written',
  };
  return refusal(error, `Cannot write ${path}`, reasons[code]);
}

/** The same for reading. @returns as cannotWrite */
export function cannotRead(error: unknown, path: string): unknown {
  const reasons: Record<string, () => string> = {
    ENOENT: () => 'there is no such file',
    EACCES: () => `${me()} may not read it${owned(path, '; it')}`,
    EPERM: () => `${me()} may not read it${owned(path, '; it')}`,
    EISDIR: () => 'it is a folder; name a file in it',
    ENOTDIR: () => 'there is no such file',
  };
  return refusal(error, `Cannot read ${path}`, reasons[codeOf(error)], InputError);
}

function refusal(
  error: unknown,
  what: string,
  reason: (() => string) | undefined,
  Kind: typeof OperatorError = OperatorError,
): unknown {
  return reason && !(error instanceof OperatorError) ? new Kind(`${what}: ${reason()}.`, { cause: error }) : error;
}

function codeOf(error: unknown): string {
  return String((error as NodeJS.ErrnoException | undefined)?.code);
}

function me(): string {
  return process.getuid ? `the user ${process.geteuid?.()}` : 'this user';
}

function owned(path: string, link: string): string {
  try {
    return process.getuid ? `${link} belongs to the user ${statSync(path).uid}` : '';
  } catch {
    return '';
  }
}
