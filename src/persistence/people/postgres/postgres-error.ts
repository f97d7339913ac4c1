import { DatabaseError } from 'pg';
import { StoreError, type StoreTrouble } from '../../store-error.js';

/** Beginnings of SQLSTATE codes, and codes of the network. */
const troubles: readonly [start: string, trouble: StoreTrouble][] = [
  ['08', 'unreachable'],
  ['57P', 'unreachable'], // shutting down, crashed or starting
  ['53300', 'unreachable'], // too many connections
  ['53100', 'full'],
  ['25006', 'read-only'], // a replica, or a primary that was made one
  ['57014', 'slow'], // statement_timeout
  ['25P03', 'slow'], // idle_in_transaction_session_timeout
  ['55P03', 'slow'], // lock_timeout
  ['40', 'slow'], // a deadlock, or transactions that cannot follow one another
  ['53', 'slow'],
  ['XX001', 'damaged'],
  ['XX002', 'damaged'],
  ['ECONN', 'unreachable'],
  ['EPIPE', 'unreachable'],
  ['ETIMEDOUT', 'unreachable'],
  ['EHOST', 'unreachable'],
  ['ENETUNREACH', 'unreachable'],
  ['ENOTFOUND', 'unreachable'],
  ['EAI_AGAIN', 'unreachable'],
];

/** What the driver says without a code: node_modules/pg/lib/client.js and pg-pool/index.js. */
const driverTexts: readonly [text: string, trouble: StoreTrouble][] = [
  ['Query read timeout', 'slow'],
  ['timeout exceeded when trying to connect', 'unreachable'],
  ['Connection terminated', 'unreachable'],
  ['Client has encountered a connection error', 'unreachable'],
  ['Client was closed', 'unreachable'],
  ['Cannot use a pool after calling end', 'unreachable'],
];

/**
 * The StoreError for an error of the driver or the database; any other error of the database without its details, which
 * hold what people sent; anything else as it is.
 */
export function asPostgresError(error: unknown, subject: string): unknown {
  if (!(error instanceof Error) || error instanceof StoreError) return error;
  // Several addresses of one name were tried.
  const first = error instanceof AggregateError ? error.errors[0] : error;
  const { code } = first as { code?: string };
  const found =
    troubles.find(([start]) => code?.startsWith(start)) ?? driverTexts.find(([text]) => error.message.includes(text));
  if (found) return new StoreError(found[1], subject, { cause: withoutDetails(first) });
  return error instanceof DatabaseError ? withoutDetails(error) : error;
}

/**
 * The StoreError for a failure to connect. The database may refuse for many reasons, such as a password that is being changed,
 * a role or database that is not there yet, or one that takes no connections: whatever it is, an operator can fix it
 * while the server runs.
 */
export function asConnectError(error: unknown, subject: string): unknown {
  const known = asPostgresError(error, subject);
  if (known instanceof StoreError || !(error instanceof Error)) return known;
  const detail = `it refuses connections: ${error.message}; a running server goes on by itself when it takes them`;
  return new StoreError('unreachable', subject, { detail, cause: withoutDetails(error) });
}

function withoutDetails(error: Error & { code?: string | undefined }): Error & { code?: string | undefined } {
  return Object.assign(new Error(error.message), { code: error.code });
}
