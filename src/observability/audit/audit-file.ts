import { closeSync, fsyncSync, openSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { makeFolder } from '../../persistence/data-folder/durable-folder.js';
import { type AuditEntry, auditLine } from './audit-entry.js';
import { AuditError } from './audit-error.js';

/**
 * The audit log for a command that runs beside the server: lines go to the end of the file, and whether it has become
 * too long is looked at by the server alone.
 */
export class AuditFile {
  readonly #file: string;
  readonly #handle: number;

  /** @throws AuditError when it cannot be written */
  constructor(file: string) {
    this.#file = file;
    try {
      makeFolder(dirname(file));
      this.#handle = openSync(file, 'a', 0o600);
    } catch (error) {
      throw new AuditError(file, error);
    }
  }

  /**
   * On the disk when it returns.
   * @throws AuditError
   */
  append(entry: AuditEntry): void {
    const line = Buffer.from(auditLine(entry, new Date()));
    try {
      if (writeSync(this.#handle, line) < line.length) throw new Error('the disk is full');
      fsyncSync(this.#handle);
    } catch (error) {
      throw new AuditError(this.#file, error);
    }
  }

  close(): void {
    closeSync(this.#handle);
  }
}
