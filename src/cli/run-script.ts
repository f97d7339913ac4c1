import { InputError } from '../util/input-error.js';
import { OperatorError } from '../util/operator-error.js';
import { UsageError } from '../util/usage-error.js';

/**
 * Runs a command's body. What the operator can put right is one plain message, anything else a stack trace; the exit code is
 * then 1, or 2 for a wrong command line, and for a file or folder of it that cannot be used.
 */
export async function runScript(body: () => Promise<void>): Promise<void> {
  try {
    await body();
  } catch (error) {
    const told = asInputError(error);
    console.error(told instanceof OperatorError ? told.message : told);
    process.exitCode = told instanceof UsageError || told instanceof InputError ? 2 : 1;
  }
}

const words: Record<string, (path: string) => string> = {
  ENOENT: (path) => `There is no ${path}.`,
  ENOTDIR: (path) => `There is no ${path}: a part of it is no folder.`,
  EISDIR: (path) => `${path} is a folder, not a file.`,
  EEXIST: (path) => `${path} is there already; name another file, or move it away.`,
  EACCES: (path) => `This user may not use ${path}.`,
  EPERM: (path) => `This user may not use ${path}.`,
  EROFS: (path) => `${path} lies on a file system that cannot be written.`,
  ENAMETOOLONG: () => 'The path is too long.',
};

/** What the file system says of a path, in words; any other error as it is. */
function asInputError(error: unknown): unknown {
  const { code = '', path } = (error ?? {}) as NodeJS.ErrnoException;
  const sentence = words[code];
  return error instanceof Error && sentence && path !== undefined ? new InputError(sentence(path)) : error;
}
