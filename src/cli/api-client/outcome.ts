import type { Reason } from '../../core/errors.js';
import { ClientError } from './client-error.js';

/** An answer of the server, by the code in its body. */
export interface ServerReply {
  /** `200`, or what was refused: `400`, `404`, `406` to `410`, `412`, `413`, `415`. */
  code: string;
  data: unknown;
  /** Of a search with `lower_threshold`: who is like the photo, though not enough. */
  extra?: unknown;
  /** Why it is no success; a server of another kind tells none. */
  reason?: string;
  /** Which of two photos is refused, 1 or 2. */
  photo?: number;
  /** Milliseconds from the request to the end of its answer. */
  ms: number;
}

/** How a call ended without an answer that counts. */
export type NoAnswer = {
  /** `no`: nothing was changed, the call may be repeated. `perhaps`: it may have been done. */
  done: 'no' | 'perhaps';
  /** For people. */
  why: string;
  /** Seconds that the server asks to wait for. */
  retryAfter?: number;
};

/** A call and its whole response. */
export interface Exchange {
  origin: string;
  path: string;
  response: Response;
  text: string;
  ms: number;
}

/** Codes that are about what was sent. */
const answers: ReadonlySet<string> = new Set([
  '200',
  '400',
  '404',
  '406',
  '407',
  '408',
  '409',
  '410',
  '412',
  '413',
  '415',
]);

const uncertain: Reason = 'change-uncertain';
const unknownRoute: Reason = 'unknown-route';

/** @throws ClientError when it is not the answer of a face search server that takes the key */
export function outcomeOf({ origin, path, response, text, ms }: Exchange): ServerReply | NoAnswer {
  const body = parsed(text);
  // Some servers send every code with HTTP 200.
  const status = body && response.status === 200 && !answers.has(body.code) ? Number(body.code) : response.status;
  const words = typeof body?.data === 'string' ? body.data : `HTTP ${status}`;
  if (status === 401 || status === 403) throw new ClientError(`${origin} does not take the key: ${words}`);
  if (status >= 300 && status < 400) {
    const to = response.headers.get('location') ?? 'somewhere else';
    throw new ClientError(`${origin} redirects to ${to}: give the URL that answers itself.`);
  }
  if (status === 429 || status >= 500) {
    const retryAfter = secondsOf(response.headers.get('retry-after'));
    // An error in the middle of a change, or of a proxy, does not say whether the change was made.
    const unchanged = status === 429 || (status === 503 && body !== undefined && body.reason !== uncertain);
    return { done: unchanged ? 'no' : 'perhaps', why: words, ...(retryAfter !== undefined && { retryAfter }) };
  }
  // A proxy has a limit of its own, and says so in HTML.
  if (status === 413 && !body) return { code: '413', data: 'The request is too large for a proxy on the way.', ms };
  if (!body || body.reason === unknownRoute) {
    throw new ClientError(`${origin} is no face search server: ${path} answers HTTP ${status}`);
  }
  return { ...body, ms };
}

function parsed(text: string): Omit<ServerReply, 'ms'> | undefined {
  try {
    const body = JSON.parse(text) as Record<'data' | 'extra_data' | 'code' | 'reason' | 'photo', unknown>;
    const { data, extra_data: extra, code, reason, photo } = body;
    if (typeof code !== 'string' && typeof code !== 'number') return undefined;
    return {
      code: String(code),
      data,
      ...(extra !== undefined && { extra }),
      ...(typeof reason === 'string' && { reason }),
      ...(typeof photo === 'number' && { photo }),
    };
  } catch {
    return undefined;
  }
}

/** Codes of a connection that was never there: nothing was sent. */
const neverConnected = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH']);
/** What no waiting heals: the certificate is of an unknown authority, or is another trouble of TLS. */
const unknownAuthority = /^(?:DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_)/;
const wrongTls = /^(?:CERT_|ERR_TLS_|ERR_SSL_)/;

/**
 * What an error of `fetch` means.
 * @throws ClientError where TLS fails
 */
export function outcomeOfFailure(origin: string, error: unknown): NoAnswer {
  const { name, message, cause: reason } = error as Error;
  if (name === 'TimeoutError') return { done: 'perhaps', why: 'no answer in time' };
  const cause = reason as (Error & { code?: string; errors?: { code?: string }[] }) | undefined;
  const code = cause?.code ?? cause?.errors?.[0]?.code ?? '';
  const why = cause?.message || code || message;
  if (unknownAuthority.test(code)) {
    const advice = 'NODE_EXTRA_CA_CERTS can name a file with the certificate of its authority.';
    throw new ClientError(`${origin} has a certificate that is not trusted: ${why}. ${advice}`);
  }
  if (code === 'ERR_SSL_WRONG_VERSION_NUMBER' || code === 'ERR_SSL_PACKET_LENGTH_TOO_LONG') {
    throw new ClientError(`${origin} does not speak TLS: is it http:// there?`);
  }
  if (wrongTls.test(code)) throw new ClientError(`${origin} cannot be reached safely: ${why}`);
  return { done: neverConnected.has(code) ? 'no' : 'perhaps', why };
}

/** `Retry-After` in seconds, or as a date. */
function secondsOf(header: string | null): number | undefined {
  if (header === null) return undefined;
  if (/^\d{1,6}$/.test(header)) return Number(header);
  const at = Date.parse(header);
  return Number.isNaN(at) ? undefined : Math.max(0, (at - Date.now()) / 1000);
}
