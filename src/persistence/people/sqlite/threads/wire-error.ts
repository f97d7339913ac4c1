import { OperatorError } from '../../../../util/operator-error.js';
import { DecryptionError } from '../../../encryption/data-cipher.js';
import { DataKeyError } from '../../../encryption/data-key-record.js';
import { StoreError, type StoreTrouble } from '../../../store-error.js';

/** Errors lose their class between threads; these are the ones that somebody tells apart. Those that extend others come first. */
const kinds = { DecryptionError, StoreError, DataKeyError, OperatorError, RangeError, Error } as const;

/** An error on its way between threads. */
export interface WireError {
  kind: keyof typeof kinds;
  message: string;
  stack: string | undefined;
  /** Of a StoreError. */
  trouble: StoreTrouble | undefined;
  /** Code of the error below it. */
  code: string | undefined;
}

export function toWire(error: unknown): WireError {
  const known = error instanceof Error ? error : new Error(String(error));
  const names = Object.keys(kinds) as (keyof typeof kinds)[];
  const cause = known.cause as { code?: unknown } | undefined;
  return {
    kind: names.find((name) => known instanceof kinds[name]) ?? 'Error',
    message: known.message,
    stack: known.stack,
    trouble: known instanceof StoreError ? known.trouble : undefined,
    code: typeof cause?.code === 'string' ? cause.code : undefined,
  };
}

/** The error with its class, message and stack. */
export function fromWire({ kind, message, stack, trouble, code }: WireError): Error {
  const error = new Error(message, code === undefined ? {} : { cause: Object.assign(new Error(code), { code }) });
  Object.setPrototypeOf(error, kinds[kind].prototype);
  // Set by the constructors, which make another message of other arguments.
  if (kind !== 'Error' && kind !== 'RangeError')
    Object.defineProperty(error, 'name', { value: kind, configurable: true });
  if (stack !== undefined) error.stack = stack;
  return trouble === undefined ? error : Object.assign(error, { trouble });
}
