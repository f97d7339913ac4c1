import { AuditError } from '../audit/audit-error.js';
import { BackupError } from '../backup/backup-error.js';
import { ClientError } from '../client/client-error.js';
import { ConfigError } from '../config.js';
import { CsvError } from '../csv.js';
import { EvaluationError } from '../evaluation/evaluation-error.js';
import { ModelError } from '../models/model-error.js';
import { MoveError } from '../move/move-error.js';
import { ImportError } from '../photo-import/import-error.js';
import { KeyError } from '../store/api-keys.js';
import { DataKeyError } from '../store/data-key-record.js';
import { StoreError } from '../store/store-error.js';
import { TransferError } from '../transfer/transfer-error.js';
import { UsageError } from '../usage-error.js';

/** What the operator can mend. */
const forTheOperator = [
  AuditError,
  BackupError,
  ClientError,
  ConfigError,
  CsvError,
  DataKeyError,
  EvaluationError,
  ImportError,
  KeyError,
  ModelError,
  MoveError,
  StoreError,
  TransferError,
  UsageError,
];

/**
 * Runs a command's body. What the operator can mend is one plain message, anything else a stack trace; the exit code is
 * then 1, or 2 for a wrong command line.
 */
export async function runScript(body: () => Promise<void>): Promise<void> {
  try {
    await body();
  } catch (error) {
    const known = forTheOperator.some((kind) => error instanceof kind);
    console.error(known ? (error as Error).message : error);
    process.exitCode = error instanceof UsageError ? 2 : 1;
  }
}
