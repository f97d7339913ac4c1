import { OperatorError } from '../../util/operator-error.js';

/** The server cannot be used: it is not there, is no face search server, or does not take the key. */
export class ClientError extends OperatorError {
  override readonly name = 'ClientError';
}
