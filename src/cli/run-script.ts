import { ConfigError } from '../config/config.js';
import { EvaluationError } from '../evaluation/evaluation-error.js';
import { ModelError } from '../models/model-error.js';
import { AuditError } from '../observability/audit/audit-error.js';
import { DataKeyError } from '../persistence/encryption/data-key-record.js';
import { KeyError } from '../persistence/keys/api-keys.js';
import { StoreError } from '../persistence/store-error.js';
import { CsvError } from '../util/csv.js';
import { UsageError } from '../util/usage-error.js';
import { ClientError } from './api-client/client-error.js';
import { BackupError } from './backup/backup-error.js';
import { TransferError } from './collection-export/transfer-error.js';
import { MoveError } from './database-migration/move-error.js';
import { ImportError } from './photo-import/import-error.js';

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
