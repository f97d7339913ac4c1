import { OperatorError } from '../../util/operator-error.js';

/** The audit log cannot be written: for the operator to fix. The message names the file. */
export class AuditError extends OperatorError {
  constructor(file: string, cause: unknown) {
    super(`Cannot write the audit log ${file}: ${(cause as Error).message}`, { cause });
    this.name = 'AuditError';
  }
}
