import { AuditError } from '../src/audit/audit-error.js';
import { BackupError } from '../src/backup/backup-error.js';
import { ConfigError } from '../src/config.js';
import { EvaluationError } from '../src/evaluation/evaluation-error.js';
import { ModelError } from '../src/models/model-error.js';
import { KeyError } from '../src/store/api-keys.js';
import { DataKeyError } from '../src/store/data-key-record.js';
import { StoreError } from '../src/store/store-error.js';
import { TransferError } from '../src/transfer/transfer-error.js';

/** What the operator can mend. */
const forTheOperator = [
  AuditError,
  BackupError,
  ConfigError,
  DataKeyError,
  EvaluationError,
  KeyError,
  ModelError,
  StoreError,
  TransferError,
];

/**
 * Runs a script's body. What the operator can mend is one plain message, anything else a stack trace; both end with
 * exit code 1.
 */
export async function runScript(body: () => Promise<void>): Promise<void> {
  try {
    await body();
  } catch (error) {
    const known = forTheOperator.some((kind) => error instanceof kind);
    console.error(known ? (error as Error).message : error);
    process.exitCode = 1;
  }
}
