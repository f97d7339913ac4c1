import { EMBEDDING_LENGTH } from './embedding.js';

/** Texts that several reasons share. */
const noFace = 'No face detected';
const notFullFace = 'Photo not contains full face, too close; wearing mask, sunglasses or hat';
const badForm = 'The multipart body is malformed or incomplete.';
const overloaded = 'The server is overloaded; try again later.';

/**
 * Every reply that is no success: a name for the code here, the `code` of the body, whether the HTTP status follows it,
 * and for each `reason` of the body its text in `data`. Reasons are public and stable: clients, the console, imports,
 * logs and metrics go by them. `{field}` and the like stand for values of one request.
 * Texts marked "to the letter" are compared or shown by existing clients and must not change.
 */
const table = {
  NOT_FOUND: business(404, { 'not-found': 'Not found' }), // to the letter
  USER_NOT_FOUND: business(404, { 'user-not-found': 'User not found' }),
  FACE_NOT_FOUND: business(404, { 'face-not-found': 'Face not found' }),
  PHOTO_NOT_FOUND: business(404, {
    'photo-not-found': 'No photo of this face was kept',
    'photos-off': 'No photo of this face was kept: the server does not keep photos (KEEP_PHOTOS=off)',
  }),
  UNDO_OVER: business(404, { 'undo-over': 'What was deleted cannot be brought back any more' }),
  WEBHOOK_NOT_FOUND: business(404, { 'webhook-not-found': 'Webhook not found' }),
  ACCOUNT_NOT_FOUND: business(404, { 'account-not-found': 'Console user not found' }),
  KEY_NOT_FOUND: business(404, { 'key-not-found': 'API key not found, or revoked before' }),
  BACKUP_NOT_FOUND: business(404, { 'backup-not-found': 'Backup not found' }),
  SESSION_NOT_FOUND: business(404, { 'session-not-found': 'This request came without a session' }),
  COLLECTION_NOT_FOUND: business(404, { 'collection-not-found': 'Collection not found' }),
  NO_FACE: business(407, { 'no-face': noFace, 'not-a-face': noFace, 'face-too-small': noFace }), // to the letter
  MANY_FACES: business(407, { 'many-faces': 'More than 1 faces detected' }), // to the letter
  ID_CARD: business(410, { 'id-card': 'Photo is id card' }), // to the letter
  // To the letter.
  NOT_FULL_FACE: business(406, {
    'too-close': notFullFace,
    mask: notFullFace,
    sunglasses: notFullFace,
    hat: notFullFace,
    'low-quality': notFullFace,
  }),
  // Not of the vendor's; the code is that of faces which are refused for how they look.
  NOT_LIVE: business(406, { 'not-live': 'The photo seems to show a picture of a face, not a person' }),
  BAD_INPUT: business(400, {
    'image-format': 'The image format is not supported: send a jpg, jpeg or png.',
    'image-damaged': 'The image is damaged and cannot be decoded.',
    'image-size': '{field} must be at most 5 MB (5242880 bytes).',
    'image-resolution': 'The image is {width}x{height} pixels: send one of at least {leastWidth}x{leastHeight}.',
    'image-pixels': 'The image has too many pixels: send a smaller one.',
    'image-base64': '{field} must be an image file or its bytes in base64.',
    'image-as-text': '{field} must be sent as a file, not as text.',
    'threshold-range': '{field} must be a number from 0 to 1.',
    'threshold-order': 'lower_threshold must be below threshold.',
    'vector-format': `{field} must be a JSON array of ${EMBEDDING_LENGTH} finite numbers that are not all zero.`,
    'text-length': '{field} must have at most {most} characters.',
    'text-nul': '{field} must not contain NUL characters.',
    'text-encoding': '{field} must be UTF-8 text.',
    'facematch-version': 'The header facematch_version must be v3, v4 or none.',
    'photo-or-vector': 'Send either photo or vector.',
    'field-value': '{field} {fault}',
    'field-conflict': '{field} has different values in the body and the query, or several in the query.',
    'unknown-field': 'Nothing was deleted: send at least one of these fields, and no unknown ones: {fields}.',
    'id-invisible': 'id must not contain control or invisible characters.',
    'id-conflict': 'There is a user whose id differs from this one by its Unicode normalisation only.',
    'confirm-mismatch': 'Nothing was deleted: confirm must be the name of the collection.',
    'list-format': 'The list cannot be read: {fault}',
    'form-malformed': badForm,
    'form-incomplete': badForm,
    'json-malformed': 'The body must be JSON.',
    'json-type': 'The body must be JSON, sent as application/json.',
  }),
  PAIR_NOT_FOUND: business(404, { 'pair-not-found': 'There is no such pair of users' }),
  DUPLICATE: business(400, {
    'duplicate-person': 'This person is already there under another id: the photo was not added',
    'other-person': 'The photo shows somebody else who is already there, not this user: it was not added',
  }),
  ID_TAKEN: business(409, { 'id-taken': 'There is already a user with this id' }),
  BACKUP_REFUSED: business(409, {
    'backup-running': 'A backup is under way: wait until it is finished',
    'backup-space': 'There is not enough space for a backup: {free} MB are free, and it needs at least {needed} MB',
    'backup-folder': 'The folder of the backups (BACKUP_DIR) cannot be used: {fault}',
    'backup-of-database':
      'This server keeps its people in PostgreSQL, whose own tools back it up: pg_dump; docs/scale.md',
  }),
  SCALE_REFUSED: business(409, {
    'scale-cosine': 'This server tells cosines and uses no scale (SIMILARITY=cosine)',
    'scale-running': 'A calibration is under way: wait until it is finished',
    'scale-none': 'There is no calibration to take: begin one, and wait until it is finished',
    'scale-of-model': 'The scale of the model holds: there is none before it',
    'scale-changed': 'Another scale holds by now: look at the list again',
  }),
  NOT_TWO_PHOTOS: business(409, { 'photo-count': 'Please upload only 2 images for face check' }), // to the letter
  MISSING: business(412, {
    'missing-api-key': 'Missing api_key',
    'missing-id': 'Missing id',
    'missing-name': 'Missing name',
    'missing-file': 'Missing file',
    'missing-vector': 'Missing vector',
  }),
  UNKNOWN_KEY: real(401, { 'unknown-key': 'Unknown api_key', 'session-ended': 'The session has ended; log in again' }),
  LOGIN_REFUSED: real(401, {
    'login-refused': 'The name, the password or the code is wrong',
    'code-needed': 'Send the code of the second factor, too',
  }),
  NOT_PERMITTED: real(403, {
    'read-only-key': 'This api_key may only search and extract',
    'missing-permission': 'This api_key has no permission to {permission}',
    'cross-site': 'A request with a session must come from the console itself, and have the header x-requested-with',
    'more-than-own': 'You cannot give, change or take away permissions that you do not have',
  }),
  UNKNOWN_ROUTE: real(404, { 'unknown-route': 'Unknown route' }),
  WRONG_METHOD: real(405, { 'wrong-method': 'This endpoint has another method, which the header Allow names.' }),
  BODY_TOO_LARGE: real(413, { 'body-size': 'The request body is too large.' }),
  MEDIA_TYPE: real(415, {
    'media-type':
      'Send the fields as multipart/form-data; where none is a file, application/x-www-form-urlencoded and application/json do as well.',
    'content-encoding': 'Send the body without a Content-Encoding: compressed bodies are not read.',
  }),
  RATE_LIMITED: real(429, { 'rate-limit': 'Too many requests; slow down and try again.' }),
  LOGIN_DELAYED: real(429, { 'login-delayed': 'Too many attempts to log in have failed; wait and try again' }),
  INTERNAL: real(500, { internal: 'Internal error' }),
  ANALYSIS_TIMEOUT: real(500, { 'analysis-timeout': 'The analysis of the photo took too long and was given up.' }),
  OVERLOADED: real(503, { 'queue-full': overloaded, 'uploads-full': overloaded, 'deadline-passed': overloaded }),
  STORE_UNAVAILABLE: real(503, {
    'storage-unavailable': 'The server cannot use its storage now; nothing was changed. Try again later.',
    'change-uncertain':
      'The server lost its storage while it made the change, which may have happened. Try again later.',
  }),
  AUDIT_UNAVAILABLE: real(503, {
    'audit-unavailable': 'The server cannot write its audit log now; nothing was changed. Try again later.',
  }),
  LIVENESS_UNAVAILABLE: real(503, {
    'liveness-unavailable': 'The liveness service does not answer, so the photo was refused. Try again later.',
  }),
  NOT_READY: real(503, { 'not-ready': 'The server is starting; try again in a moment.' }),
  // What is no request of an endpoint. Other statuses of the framework have the reason `bad-request` too.
  BAD_REQUEST: real(400, { 'bad-request': 'Bad Request' }),
  REQUEST_TIMEOUT: real(408, { 'request-timeout': 'Request Timeout' }),
  HEADERS_TOO_LARGE: real(431, { 'headers-size': 'Request Header Fields Too Large' }),
};

type Table = typeof table;
export type ErrorName = keyof Table;
export type ReasonOf<Name extends ErrorName> = keyof Table[Name]['reasons'] & string;
/** Public cause of a refusal, in kebab case. */
export type Reason = { [Name in ErrorName]: ReasonOf<Name> }[ErrorName];
type SoleReasonName = { [Name in ErrorName]: IsUnion<ReasonOf<Name>> extends true ? never : Name }[ErrorName];
type IsUnion<T, All = T> = T extends unknown ? ([All] extends [T] ? false : true) : never;

/** What stands for the `{…}` of a text. Never the content of a field. */
export type ReasonValues = Readonly<Record<string, string | number>>;

/** A refusal as plain data, which can cross the border between threads. */
export interface RefusalCause {
  errorName: ErrorName;
  reason: Reason;
  values?: ReasonValues | undefined;
}

/** A name with one of its reasons; the reason may be left out where the name has but one. */
export type ErrorArguments =
  | [errorName: SoleReasonName]
  | { [Name in ErrorName]: [errorName: Name, reason: ReasonOf<Name>, values?: ReasonValues] }[ErrorName];

/** One name of the table. */
export interface ErrorRow {
  code: number;
  /** The HTTP status equals the code whatever HTTP_STATUS says. */
  realStatus: boolean;
  /** Texts by reason. */
  reasons: Readonly<Record<string, string>>;
}

export function errorRow(name: ErrorName): ErrorRow {
  return table[name];
}

/** Each reason of the table, in its order. */
export function allReasons(): {
  reason: Reason;
  errorName: ErrorName;
  code: number;
  realStatus: boolean;
  text: string;
}[] {
  return (Object.keys(table) as ErrorName[]).flatMap((errorName) => {
    const { code, realStatus, reasons } = errorRow(errorName);
    return Object.entries(reasons).map(([reason, text]) => {
      return { reason: reason as Reason, errorName, code, realStatus, text };
    });
  });
}

/** A text of the table with its values. */
export function withValues(text: string, values: ReasonValues): string {
  return text.replace(/\{(\w+)\}/g, (_, name: string) => String(values[name]));
}

/** An outcome that becomes a reply `{"data": text, "code": "NNN", "reason": reason}`. */
export class FaceSearchError extends Error {
  readonly errorName: ErrorName;
  readonly reason: Reason;
  readonly code: number;
  /** True when the HTTP status equals the code whatever HTTP_STATUS says. */
  readonly realStatus: boolean;
  /** Milliseconds per stage of the analysis that a photo had before it was refused. */
  stages?: Readonly<Record<string, number>>;
  /** Which of the photos of a request was refused, from 1. */
  photo?: number;

  constructor(...[errorName, given, values = {}]: ErrorArguments) {
    const { code, realStatus, reasons } = errorRow(errorName);
    const reason = given ?? (Object.keys(reasons)[0] as Reason);
    const text = reasons[reason] as string;
    super(withValues(text, values));
    this.name = 'FaceSearchError';
    this.errorName = errorName;
    this.reason = reason;
    this.code = code;
    this.realStatus = realStatus;
  }

  /** The error for a refusal that came as plain data. */
  static from({ errorName, reason, values }: RefusalCause): FaceSearchError {
    return new FaceSearchError(...([errorName, reason, values] as ErrorArguments));
  }
}

/** The row of a code that travels with HTTP 200, or is mirrored as the HTTP status (HTTP_STATUS=mirror). */
function business<const Reasons extends Record<string, string>>(code: number, reasons: Reasons) {
  return { code, realStatus: false, reasons };
}

/** The row of a code that is always the HTTP status too. */
function real<const Reasons extends Record<string, string>>(code: number, reasons: Reasons) {
  return { code, realStatus: true, reasons };
}
