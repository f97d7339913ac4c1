/**
 * Every reply that is not a 200 is a row of this table: its `code` (sent in the body as a string) and its text.
 * Texts marked "to the letter" are compared or shown by existing clients and must not change.
 */
const table = {
  // Business results: HTTP 200 with the code in the body, or mirrored as the HTTP status (HTTP_STATUS=mirror).
  NOT_FOUND: { code: 404, text: 'Not found' }, // to the letter
  USER_NOT_FOUND: { code: 404, text: 'User not found' },
  FACE_NOT_FOUND: { code: 404, text: 'Face not found' },
  PHOTO_NOT_FOUND: { code: 404, text: 'No photo of this face was kept' },
  COLLECTION_NOT_FOUND: { code: 404, text: 'Collection not found' },
  NO_FACE: { code: 407, text: 'No face detected' }, // to the letter
  MANY_FACES: { code: 407, text: 'More than 1 faces detected' }, // to the letter
  ID_CARD: { code: 410, text: 'Photo is id card' }, // to the letter
  NOT_FULL_FACE: { code: 406, text: 'Photo not contains full face, too close; wearing mask, sunglasses or hat' }, // to the letter
  BAD_INPUT: { code: 400, text: 'The request cannot be understood.' },
  MISSING: { code: 412, text: 'A required field is missing.' },
  // Outside the business codes the HTTP status is always real.
  UNKNOWN_KEY: { code: 401, text: 'Unknown api_key' },
  READ_ONLY_KEY: { code: 403, text: 'This api_key may only search and extract' },
  UNKNOWN_ROUTE: { code: 404, text: 'Unknown route' },
  BODY_TOO_LARGE: { code: 413, text: 'The request body is too large.' },
  RATE_LIMITED: { code: 429, text: 'Too many requests; slow down and try again.' },
  INTERNAL: { code: 500, text: 'Internal error' },
  OVERLOADED: { code: 503, text: 'The server is overloaded; try again later.' },
  STORE_UNAVAILABLE: {
    code: 503,
    text: 'The server cannot use its storage now; nothing was changed. Try again later.',
  },
  AUDIT_UNAVAILABLE: {
    code: 503,
    text: 'The server cannot write its audit log now; nothing was changed. Try again later.',
  },
  NOT_READY: { code: 503, text: 'The server is starting; try again in a moment.' },
} as const satisfies Record<string, { code: number; text: string }>;

export type ErrorName = keyof typeof table;

export const errorNames = Object.keys(table) as ErrorName[];

const realStatus: ReadonlySet<ErrorName> = new Set<ErrorName>([
  'UNKNOWN_KEY',
  'READ_ONLY_KEY',
  'UNKNOWN_ROUTE',
  'BODY_TOO_LARGE',
  'RATE_LIMITED',
  'INTERNAL',
  'OVERLOADED',
  'STORE_UNAVAILABLE',
  'AUDIT_UNAVAILABLE',
  'NOT_READY',
]);

/** What a row of the table promises of its reply. */
export interface ErrorRow {
  code: number;
  text: string;
  /** The text stands for others of the same meaning. */
  freeText: boolean;
  /** The reply may have a `reason`. */
  tellsReason: boolean;
  /** The HTTP status equals the code whatever HTTP_STATUS says. */
  realStatus: boolean;
}

export function errorRow(name: ErrorName): ErrorRow {
  return {
    ...table[name],
    freeText: name === 'BAD_INPUT' || name === 'MISSING',
    tellsReason: name === 'NOT_FULL_FACE',
    realStatus: realStatus.has(name),
  };
}

/** An outcome that becomes a reply `{"data": text, "code": "NNN"}`. */
export class FaceSearchError extends Error {
  readonly code: number;
  /** True when the HTTP status equals the code whatever HTTP_STATUS says. */
  readonly realStatus: boolean;

  /**
   * @param errorName row of the table
   * @param text replaces the row's text, for rows with free wording: one sentence that says what to mend
   * @param reason short machine-readable cause for the log, and of a 406 also for the reply's member `reason` (for example `too-close`)
   * @param stages milliseconds per stage of the analysis that a photo had before it was refused
   */
  constructor(
    readonly errorName: ErrorName,
    text?: string,
    readonly reason?: string,
    readonly stages?: Readonly<Record<string, number>>,
  ) {
    super(text ?? table[errorName].text);
    this.name = 'FaceSearchError';
    this.code = table[errorName].code;
    this.realStatus = realStatus.has(errorName);
  }
}
