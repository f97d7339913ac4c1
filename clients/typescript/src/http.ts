import { Refusal } from './refusal.js';
import type { Photo } from './types.js';

export interface ClientOptions {
  /** Such as `http://localhost:8080`. */
  url: string;
  key: string;
  /** Milliseconds that one request may take; 30 seconds without it. */
  timeout?: number;
}

export type Fields = Readonly<Record<string, string | number | boolean | Photo | readonly Photo[] | undefined>>;

type Body = { data?: unknown; extra_data?: unknown; code?: string; reason?: string };

/** Sends requests with the key, and reads replies. */
export class Http {
  readonly #origin: string;
  readonly #key: string;
  readonly #timeout: number;

  constructor({ url, key, timeout = 30_000 }: ClientOptions) {
    this.#origin = url.replace(/\/+$/, '');
    this.#key = key;
    this.#timeout = timeout;
  }

  /** @returns the body of a success @throws Refusal, or what `fetch` throws when there is no answer */
  async form(method: string, path: string, fields: Fields, headers: Record<string, string> = {}): Promise<Body> {
    const body = new FormData();
    for (const [name, value] of Object.entries(fields)) {
      for (const one of Array.isArray(value) ? value : [value]) {
        if (one instanceof Blob) body.append(name, one, 'photo');
        else if (one instanceof Uint8Array) body.append(name, new Blob([one as Uint8Array<ArrayBuffer>]), 'photo');
        // A server takes away one pair of double quotes: a value that has them gets another one.
        else if (one !== undefined) body.append(name, /^".*"$/s.test(String(one)) ? `"${one}"` : String(one));
      }
    }
    return this.#read(await this.#send(path, { method, body, headers }));
  }

  async json(method: string, path: string, body?: object): Promise<Body> {
    const headers = { 'content-type': 'application/json' };
    return this.#read(await this.#send(path, { method, ...(body && { body: JSON.stringify(body), headers }) }));
  }

  /** @param type how the content type of a success begins */
  async bytes(path: string, type: string): Promise<Blob> {
    const response = await this.#send(path, { method: 'GET' });
    if (!response.headers.get('content-type')?.startsWith(type)) await this.#read(response);
    return response.blob();
  }

  #send(path: string, init: RequestInit): Promise<Response> {
    return fetch(this.#origin + path, {
      ...init,
      headers: { ...init.headers, api_key: this.#key },
      // Followed, it would turn a POST into a GET, and carry the key elsewhere.
      redirect: 'manual',
      signal: AbortSignal.timeout(this.#timeout),
    });
  }

  async #read(response: Response): Promise<Body> {
    const body = (await response.json().catch(() => ({}))) as Body;
    if (body.code === '200') return body;
    const seconds = Number(response.headers.get('retry-after') ?? Number.NaN);
    throw new Refusal(
      body.code ?? String(response.status),
      typeof body.data === 'string' ? body.data : `HTTP ${response.status}`,
      body.reason ?? '',
      response.status,
      Number.isNaN(seconds) ? undefined : seconds,
    );
  }
}

/** A path with a query; what is undefined is left out. */
export function withQuery(
  path: string,
  query: Readonly<Record<string, string | number | boolean | undefined>>,
): string {
  const given = Object.entries(query).flatMap(([name, value]) => (value === undefined ? [] : [[name, String(value)]]));
  return `${path}?${new URLSearchParams(given as [string, string][])}`;
}

export async function base64Of(photo: Photo): Promise<string> {
  const bytes = photo instanceof Blob ? new Uint8Array(await photo.arrayBuffer()) : photo;
  let text = '';
  // More arguments at once would overflow the stack.
  for (let i = 0; i < bytes.length; i += 8192) text += String.fromCharCode(...bytes.subarray(i, i + 8192));
  return btoa(text);
}
