import { StoreError, type StoreTrouble } from '../../store-error.js';
import { textsOf } from './s3-xml.js';

/** Codes of answers, as in the S3 API reference, and of services that speak it. */
const troubles: Readonly<Record<string, [trouble: StoreTrouble, detail: string]>> = {
  NoSuchBucket: ['no-file', 'there is no bucket of this name; make it first'],
  AccessDenied: ['read-only', 'the access key may not do this'],
  AllAccessDisabled: ['read-only', 'the access key may not do this'],
  InvalidAccessKeyId: ['read-only', 'the service does not know the access key; see S3_ACCESS_KEY'],
  SignatureDoesNotMatch: ['read-only', 'the service does not accept the secret key; see S3_SECRET_KEY and S3_REGION'],
  AuthorizationHeaderMalformed: ['read-only', 'the service does not accept the region; see S3_REGION'],
  RequestTimeTooSkewed: ['read-only', 'the clocks of this machine and of the service differ'],
  PermanentRedirect: ['no-file', 'it lies in another region; see S3_ENDPOINT and S3_REGION'],
  QuotaExceeded: ['full', 'its quota is used up'],
  XMinioStorageFull: ['full', 'the service has no space left'],
};

/** A failure, and whether the same request may succeed in a moment. */
export interface S3Failure {
  error: unknown;
  isPassing: boolean;
}

/** For an answer that is no success. `isMissing`: there is no such object, which is an answer as well. */
export function s3AnswerError(status: number, xml: string, subject: string): S3Failure & { isMissing: boolean } {
  // The first is the answer's own. Some answers have no body.
  const code = textsOf(xml, 'Code')[0] ?? '';
  const isMissing = status === 404 && code !== 'NoSuchBucket';
  const [trouble, detail] = troubles[code] ?? byStatus(status);
  const isPassing = trouble === 'unreachable' || code === 'RequestTimeout';
  const answer = code === '' ? String(status) : `${status} ${code}`;
  return { error: new StoreError(trouble, subject, { detail: `${detail} (${answer})` }), isMissing, isPassing };
}

function byStatus(status: number): [StoreTrouble, string] {
  if (status === 401 || status === 403) return ['read-only', 'the service refuses the access key'];
  if (status === 507) return ['full', 'the service has no space left'];
  if (status >= 500 || status === 429)
    return ['unreachable', 'the service is overloaded or fails; a running server goes on by itself when it does not'];
  return ['failed', 'the service refuses the request'];
}

/** For what `fetch` throws; errors of another kind as they are. */
export function s3NetworkError(error: unknown, subject: string): S3Failure {
  if (error instanceof StoreError || !(error instanceof Error)) return { error, isPassing: false };
  if (error.name === 'TimeoutError') {
    const detail = 'it took too long; see S3_TIMEOUT';
    return { error: new StoreError('slow', subject, { detail, cause: error }), isPassing: false };
  }
  // The rest of what undici says of a connection is a TypeError whose cause has the code.
  const cause = error instanceof TypeError ? error.cause : undefined;
  if (!(cause instanceof Error)) return { error, isPassing: false };
  return { error: new StoreError('unreachable', subject, { cause }), isPassing: true };
}
