import { setTimeout as sleep } from 'node:timers/promises';
import { basePath } from '../facesearch/facesearch.js';

/** The server cannot be used: it is not there, is no face search server, or does not take the key. */
export class ClientError extends Error {
  override readonly name = 'ClientError';
}

/** An answer of the server, by the code in its body. */
export interface Answer {
  /** `200`, or what was refused: `400`, `404`, `406`, `407`, `410`, `412`, `413`. */
  code: string;
  data: unknown;
  /** Of a 406: which of the causes that its text names. */
  reason?: string;
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

export interface ClientOptions {
  /** Base of the server, with or without the path of the calls. */
  url: string;
  key: string;
  /** Milliseconds that one call may take. */
  timeout?: number;
  /** Ends all waiting. */
  signal?: AbortSignal;
  /** Milliseconds without any answer after which the server is given up. */
  patience?: number;
  /** Says that it waits, and why, at most once for each stretch of waiting. */
  onWait?: (why: string) => void;
}

const CALL_MS = 120_000;
const PATIENCE_MS = 300_000;
/** Between two tries where the server names no time: doubled from the first to the last. */
const RETRY_MS = { first: 1_000, last: 30_000 };

/** Speaks to a face search server. All calls wait together when the server asks one of them to. */
export class FaceSearchClient {
  readonly #origin: string;
  readonly #options: Required<Pick<ClientOptions, 'key' | 'timeout' | 'patience'>> & ClientOptions;
  /** Until when no call is sent, by `performance.now()`. */
  #pausedUntil = 0;
  /** Undefined until the first answer: a wrong URL is not waited for. */
  #lastAnswer: number | undefined;
  #failures = 0;

  /** @throws ClientError when the URL is none */
  constructor(options: ClientOptions) {
    this.#origin = originOf(options.url);
    this.#options = { timeout: CALL_MS, patience: PATIENCE_MS, ...options };
  }

  /** Scheme, host, port and any path before that of the calls. */
  get origin(): string {
    return this.#origin;
  }

  /**
   * Sends one of the twelve calls until it is answered. For calls that may be repeated.
   * @throws ClientError, or the reason of the signal
   */
  async call(method: 'GET' | 'POST' | 'DELETE', path: string, fields: Fields = {}): Promise<Answer> {
    for (;;) {
      const answer = await this.attempt(method, path, fields);
      if (!('done' in answer)) return answer;
    }
  }

  /**
   * Sends one of the twelve calls once, when no other has been asked to wait. After no answer, the next attempt waits.
   * @throws ClientError, or the reason of the signal
   */
  attempt(method: 'GET' | 'POST' | 'DELETE', path: string, fields: Fields = {}): Promise<Answer | NoAnswer> {
    if (method === 'GET') {
      const query = new URLSearchParams(fields as Record<string, string>);
      return this.#send(`${basePath}${path}?${query}`, { method });
    }
    const body = new FormData();
    for (const [name, value] of Object.entries(fields)) {
      if (typeof value === 'string') body.set(name, value);
      else body.set(name, value, 'photo');
    }
    return this.#send(`${basePath}${path}`, { method, body });
  }

  /**
   * Sends a call of the admin API until it is answered.
   * @throws ClientError, or the reason of the signal
   */
  async admin(method: 'GET' | 'POST', path: string, body?: object): Promise<Answer> {
    const json = body && { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } };
    for (;;) {
      const answer = await this.#send(`/admin/v1${path}`, { method, ...json });
      if (!('done' in answer)) return answer;
    }
  }

  async #send(path: string, init: RequestInit): Promise<Answer | NoAnswer> {
    await this.#turn();
    const outcome = await this.#exchange(path, init);
    if (!('done' in outcome)) {
      this.#lastAnswer = performance.now();
      this.#failures = 0;
      return outcome;
    }
    if (this.#lastAnswer === undefined && outcome.retryAfter === undefined) {
      throw new ClientError(`${this.#origin} cannot be reached: ${outcome.why}`);
    }
    this.#lastAnswer ??= performance.now();
    if (performance.now() - this.#lastAnswer > this.#options.patience) {
      throw new ClientError(`${this.#origin} has not answered for a while: ${outcome.why}`);
    }
    const asked = outcome.retryAfter === undefined ? undefined : outcome.retryAfter * 1000;
    const wait = asked ?? Math.min(RETRY_MS.first * 2 ** Math.min(this.#failures, 8), RETRY_MS.last);
    const until = performance.now() + wait;
    if (this.#pausedUntil < performance.now()) {
      // Of calls that fail together only the first makes the next wait longer.
      this.#failures++;
      this.#options.onWait?.(outcome.why);
    }
    this.#pausedUntil = Math.max(this.#pausedUntil, until);
    return outcome;
  }

  async #turn(): Promise<void> {
    const { signal } = this.#options;
    for (;;) {
      signal?.throwIfAborted();
      const wait = this.#pausedUntil - performance.now();
      if (wait <= 0) return;
      await sleep(wait, undefined, { signal }).catch(() => signal?.throwIfAborted());
    }
  }

  async #exchange(path: string, init: RequestInit): Promise<Answer | NoAnswer> {
    const { key, timeout } = this.#options;
    let response: Response;
    let text: string;
    try {
      response = await fetch(`${this.#origin}${path}`, {
        ...init,
        headers: { ...init.headers, api_key: key },
        redirect: 'error',
        signal: AbortSignal.timeout(timeout),
      });
      text = await response.text();
    } catch (error) {
      return noAnswer(error);
    }
    const { status } = response;
    const reply = parsed(text);
    if (status === 401 || status === 403) {
      throw new ClientError(`${this.#origin} does not take the key: ${reply?.data ?? `HTTP ${status}`}`);
    }
    if (status === 429 || status >= 500) {
      const why = `${reply?.data ?? `HTTP ${status}`}`;
      const retryAfter = secondsOf(response.headers.get('retry-after'));
      // An error in the middle of a change, or of a proxy, does not say whether the change was made.
      const unchanged = status === 429 || (status === 503 && reply !== undefined && !why.includes('may have happened'));
      return { done: unchanged ? 'no' : 'perhaps', why, ...(retryAfter !== undefined && { retryAfter }) };
    }
    if (!reply || (status === 404 && reply.data === 'Unknown route')) {
      throw new ClientError(`${this.#origin} is no face search server: ${path} answers HTTP ${status}`);
    }
    return reply;
  }
}

export type Fields = Record<string, string | Blob>;

function originOf(text: string): string {
  let url: URL | undefined;
  try {
    url = new URL(text);
  } catch {}
  if (!url || !/^https?:$/.test(url.protocol)) {
    throw new ClientError(`The URL must begin with http:// or https://, not "${text}".`);
  }
  return `${url.origin}${url.pathname.replace(/\/+$/, '').replace(new RegExp(`${basePath}$`), '')}`;
}

function parsed(text: string): Answer | undefined {
  try {
    const { data, code, reason } = JSON.parse(text) as { data?: unknown; code?: unknown; reason?: unknown };
    if (typeof code !== 'string') return undefined;
    return { code, data, ...(typeof reason === 'string' && { reason }) };
  } catch {
    return undefined;
  }
}

/** Codes of a connection that was never there: nothing was sent. */
const neverConnected = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH']);
/** What no waiting heals. */
const wrongTls = /^(?:CERT_|ERR_TLS_|ERR_SSL_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_)/;

function noAnswer(error: unknown): NoAnswer {
  const cause = (error as Error).cause as (Error & { code?: string; errors?: { code?: string }[] }) | undefined;
  const code = cause?.code ?? cause?.errors?.[0]?.code ?? '';
  const why = cause?.message || code || (error as Error).message;
  if (wrongTls.test(code)) {
    throw new ClientError(`${why}. NODE_EXTRA_CA_CERTS can name a file with the authority's certificate.`);
  }
  return { done: neverConnected.has(code) ? 'no' : 'perhaps', why };
}

/** `Retry-After` in seconds, or as a date. */
function secondsOf(header: string | null): number | undefined {
  if (header === null) return undefined;
  if (/^\d{1,6}$/.test(header)) return Number(header);
  const at = Date.parse(header);
  return Number.isNaN(at) ? undefined : Math.max(0, (at - Date.now()) / 1000);
}
