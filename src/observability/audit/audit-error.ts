/** The audit log cannot be written: for the operator to mend. The message names the file. */
export class AuditError extends Error {
  constructor(file: string, cause: unknown) {
    super(`Cannot write the audit log ${file}: ${(cause as Error).message}`, { cause });
    this.name = 'AuditError';
  }
}
