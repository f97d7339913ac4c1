import type { ErrorName } from '../../../core/errors.js';

/** Rows of the table of errors that any call with a key may answer. */
export const ofAnyCall: readonly ErrorName[] = [
  'MISSING',
  'UNKNOWN_KEY',
  'RATE_LIMITED',
  'INTERNAL',
  'STORE_UNAVAILABLE',
  'AUDIT_UNAVAILABLE',
  'NOT_READY',
];

/** … that any call with a body may answer. */
export const withBody: readonly ErrorName[] = [...ofAnyCall, 'BAD_INPUT', 'BODY_TOO_LARGE', 'OVERLOADED'];

/** … that any call may answer that looks at a whole photo, not at the crop of a face. */
export const withPhoto: readonly ErrorName[] = [...withBody, 'NO_FACE', 'MANY_FACES', 'NOT_FULL_FACE', 'ID_CARD'];
