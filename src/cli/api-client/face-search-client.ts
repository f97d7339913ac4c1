import { setTimeout as sleep } from 'node:timers/promises';
import { facematchPath } from '../../http/routes/facematch/facematch.js';
import { basePath } from '../../http/routes/v4/v4.js';
import { ClientError } from './client-error.js';
import { type NoAnswer, outcomeOf, outcomeOfFailure, type ServerReply } from './outcome.js';

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

  /** @throws ClientError when the URL is none, or the key cannot be one */
  constructor(options: ClientOptions) {
    if (!/^[\x21-\x7e]+$/.test(options.key)) {
      throw new ClientError('The key has spaces, line breaks or letters that no key has.');
    }
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
  call(method: 'GET' | 'POST' | 'DELETE', path: string, fields: Fields = {}): Promise<ServerReply> {
    return this.#until(() => this.attempt(method, path, fields));
  }

  /**
   * Sends one of the twelve calls once, when no other has been asked to wait. After no answer, the next attempt waits.
   * @throws ClientError, or the reason of the signal
   */
  attempt(method: 'GET' | 'POST' | 'DELETE', path: string, fields: Fields = {}): Promise<ServerReply | NoAnswer> {
    if (method === 'GET') {
      const query = new URLSearchParams();
      for (const [name, value] of Object.entries(fields)) if (typeof value === 'string') query.set(name, kept(value));
      return this.#send(`${basePath}${path}?${query}`, { method });
    }
    const body = new FormData();
    for (const [name, value] of Object.entries(fields)) {
      if (typeof value === 'string') body.set(name, kept(value));
      // The file's own name may be that of a person.
      else body.set(name, value, 'photo');
    }
    return this.#send(`${basePath}${path}`, { method, body });
  }

  /**
   * Asks whether two photos show one person, until it is answered.
   * @throws ClientError, or the reason of the signal
   */
  compare(photos: readonly Blob[], validate: boolean): Promise<ServerReply> {
    const body = new FormData();
    for (const photo of photos) body.append('file[]', photo, 'photo');
    if (validate) body.set('validate', 'true');
    return this.#until(() => this.#send(facematchPath, { method: 'POST', body }));
  }

  /**
   * Sends a call of the admin API until it is answered.
   * @throws ClientError, or the reason of the signal
   */
  async admin(method: 'GET' | 'POST', path: string, body?: object): Promise<ServerReply> {
    const json = body && { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } };
    return this.#until(() => this.#send(`/admin/v1${path}`, { method, ...json }));
  }

  /** Repeats one call; one that fails for long ends it, though others may be answered meanwhile. */
  async #until(attempt: () => Promise<ServerReply | NoAnswer>): Promise<ServerReply> {
    const start = performance.now();
    for (;;) {
      const outcome = await attempt();
      if (!('done' in outcome)) return outcome;
      if (outcome.done === 'perhaps' && performance.now() - start > this.#options.patience) {
        throw new ClientError(`${this.#origin} fails at a call again and again: ${outcome.why}`);
      }
    }
  }

  async #send(path: string, init: RequestInit): Promise<ServerReply | NoAnswer> {
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

  async #exchange(path: string, init: RequestInit): Promise<ServerReply | NoAnswer> {
    const { key, timeout } = this.#options;
    const start = performance.now();
    let response: Response;
    let text: string;
    try {
      response = await fetch(`${this.#origin}${path}`, {
        ...init,
        headers: { ...init.headers, api_key: key },
        // Followed, it would turn a POST into a GET, and carry the key elsewhere.
        redirect: 'manual',
        signal: AbortSignal.timeout(timeout),
      });
      text = await response.text();
    } catch (error) {
      return outcomeOfFailure(this.#origin, error);
    }
    return outcomeOf({ origin: this.#origin, path, response, text, ms: performance.now() - start });
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

/** A server takes away one pair of double quotes, for careless clients: a value that has them gets another one. */
function kept(value: string): string {
  return value.startsWith('"') && value.endsWith('"') ? `"${value}"` : value;
}
