import { OperatorError } from '../../util/operator-error.js';

/** What the operator of an import can put right. */
export class ImportError extends OperatorError {
  override readonly name = 'ImportError';
}
