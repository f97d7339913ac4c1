import { Agent, request } from 'node:https';
import { setTimeout as delay } from 'node:timers/promises';
import { photo } from '../support/photos.js';

const basePath = '/vision/ekyc/facesearch/v4';
/** More than any answer takes on a slow and busy machine. */
const PATIENCE_MS = 180_000;

export interface Reply {
  status: number;
  code: string;
  data: unknown;
}

/** Speaks to a server as any client does. */
export class Calls {
  readonly #origin: string;
  readonly #key: string;

  constructor(origin: string, key: string) {
    this.#origin = origin;
    this.#key = key;
  }

  /** @param fields a name that ends with .jpg is a test photo */
  async post(path: string, fields: Record<string, string>): Promise<Reply> {
    const body = new FormData();
    for (const [name, value] of Object.entries(fields)) {
      if (value.endsWith('.jpg')) body.set(name, new Blob([new Uint8Array(photo(value))]), 'photo.jpg');
      else body.set(name, value);
    }
    return this.#send(path, { method: 'POST', body });
  }

  get(path: string): Promise<Reply> {
    return this.#send(path, {});
  }

  async #send(path: string, init: RequestInit): Promise<Reply> {
    return inTime(PATIENCE_MS, async () => {
      const response = await fetch(`${this.#origin}${basePath}${path}`, { ...init, headers: { api_key: this.#key } });
      const { code, data } = (await response.json()) as { code: string; data: unknown };
      return { status: response.status, code, data };
    });
  }
}

/** Resolves once the server says that it is ready. @throws Error after that many minutes */
export async function untilReady(origin: string, minutes = 2): Promise<void> {
  const end = performance.now() + minutes * 60_000;
  while (performance.now() < end) {
    const status = await inTime(5_000, async () => {
      const response = await fetch(`${origin}/ready`);
      await response.arrayBuffer();
      return response.status;
    }).catch(() => undefined);
    if (status === 200) return;
    await delay(100);
  }
  throw new Error(`${origin} is not ready after ${minutes} minutes`);
}

/**
 * The engine's proxy accepts a connection before the server listens, and drops it. `fetch` of Node.js 20 then loses the
 * request now and then: its promise never settles, and no socket or timer is left.
 */
function inTime<T>(ms: number, ask: () => Promise<T>): Promise<T> {
  const late = delay(ms, undefined, { ref: false }).then(() => {
    throw new Error(`no answer within ${ms / 1000} s`);
  });
  return Promise.race([ask(), late]);
}

/** Asks a server with TLS that goes by another name. @returns status and body */
export function askOverTls(port: number, servername: string, ca: string, path: string): Promise<[number, string]> {
  const agent = new Agent({ ca, servername });
  return new Promise((resolve, reject) => {
    const outgoing = request({ host: '127.0.0.1', port, path, agent, headers: { host: servername } }, (incoming) => {
      const chunks: Buffer[] = [];
      incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
      incoming.on('end', () => resolve([incoming.statusCode ?? 0, Buffer.concat(chunks).toString()]));
    });
    outgoing.on('error', reject);
    outgoing.end();
  });
}
