import { OperatorError } from '../util/operator-error.js';

/** Something that the operator can fix: the manifest, a file or the connection. The message says what and how. */
export class ModelError extends OperatorError {
  override readonly name = 'ModelError';
}
