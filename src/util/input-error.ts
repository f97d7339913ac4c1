import { OperatorError } from './operator-error.js';

/** A file, a folder or what is in it, which the command line names, is not what the command needs; the exit code is then 2. */
export class InputError extends OperatorError {
  override name = 'InputError';
}
