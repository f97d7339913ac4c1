import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { Agent, request } from 'node:http';
import { fileURLToPath } from 'node:url';
import { basePath } from '../../src/http/routes/v4/v4.js';

export const TENANT = 'bench';
const KEY = 'bench-key';
/** Of another tenant, which must not wait for the first one. */
export const OTHER_TENANT = 'other';
export const OTHER_KEY = 'other-key';
const BOUNDARY = 'facesearch-bench';

/** What the server's process says of itself. */
export interface Vitals {
  /** Delay of its event loop since it was last asked, in milliseconds. */
  loopDelayP99: number;
  loopDelayMax: number;
  /** Of all its threads, since its start. */
  cpuSeconds: number;
  rssBytes: number;
}

/** A server that uses less than this share of one core is at rest. */
const AT_REST = 0.05;

/** The compiled server as a process of its own, with an ear at its event loop. */
export class BenchServer {
  readonly #agent = new Agent({ keepAlive: true, maxSockets: Number.POSITIVE_INFINITY });

  private constructor(
    private readonly child: ChildProcess,
    private readonly origin: string,
    /** From the start of the process until it listens, and until it answers calls. */
    readonly startMs: { listening: number; ready: number },
  ) {}

  /**
   * @param folder its data; the default collection of the tenant `bench` is what calls see
   * @param settings more of them
   */
  static async start(workers: number, folder: string, settings: Record<string, string> = {}): Promise<BenchServer> {
    const main = fileURLToPath(new URL('../../src/main.js', import.meta.url));
    const ear = new URL('./vitals.js', import.meta.url).href;
    const start = performance.now();
    const child = spawn(process.execPath, ['--import', ear, main, 'serve'], {
      env: {
        PATH: process.env.PATH,
        DATA_DIR: folder,
        HOST: '127.0.0.1',
        PORT: '0',
        API_KEYS: `${TENANT}:${KEY},${OTHER_TENANT}:${OTHER_KEY}`,
        WORKERS: String(workers),
        MAX_QUEUE: '1000',
        MODEL_PACK: process.env.MODEL_PACK || 'default',
        ...settings,
      },
      stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
    });
    let output = '';
    let listening = 0;
    await new Promise<void>((resolve, reject) => {
      child.on('exit', () => reject(new Error('the server ended before it was ready')));
      child.stdout?.on('data', (chunk) => {
        output = (output + chunk).slice(-10_000);
        for (const line of String(chunk).split('\n')) if (/"level":[56]0/.test(line)) console.error(line);
        if (listening === 0 && output.includes('listening at')) listening = performance.now() - start;
        if (output.includes('"msg":"ready"')) resolve();
      });
    });
    const ready = performance.now() - start;
    const origin = /listening at (http:\/\/[\d.:]+)/.exec(output)?.[1] ?? '';
    return new BenchServer(child, origin, { listening, ready });
  }

  /** Posts a form. @throws Error when the reply's code is none of `codes` */
  post(path: string, fields: Record<string, string | Buffer>, codes: readonly string[] = ['200']): Promise<void> {
    return this.#send('POST', `${basePath}${path}`, KEY, fields, codes);
  }

  /** Like post. */
  delete(path: string, fields: Record<string, string>, key = KEY): Promise<void> {
    return this.#send('DELETE', `${basePath}${path}`, key, fields, ['200']);
  }

  /** @param path below the origin */
  get(path: string): Promise<void> {
    return this.#send('GET', path, KEY, {}, ['200']);
  }

  #send(
    method: string,
    path: string,
    key: string,
    fields: Record<string, string | Buffer>,
    codes: readonly string[],
  ): Promise<void> {
    const body = method === 'GET' ? Buffer.alloc(0) : formBody(fields);
    const headers = {
      api_key: key,
      'content-type': `multipart/form-data; boundary=${BOUNDARY}`,
      'content-length': body.length,
    };
    return new Promise((resolve, reject) => {
      const call = request(`${this.origin}${path}`, { method, agent: this.#agent, headers });
      call.on('error', reject);
      call.on('response', async (response) => {
        const chunks: Buffer[] = [];
        for await (const chunk of response) chunks.push(chunk as Buffer);
        const text = Buffer.concat(chunks).toString();
        const code = /"code":\s*"(\d+)"/.exec(text)?.[1] ?? '';
        if (codes.includes(code)) resolve();
        else reject(new Error(`${path} answered ${text.slice(0, 200)}`));
      });
      call.end(body);
    });
  }

  async vitals(): Promise<Vitals> {
    const answer = once(this.child, 'message') as Promise<[Vitals]>;
    this.child.send('vitals');
    return (await answer)[0];
  }

  /** Until it does nothing more in the background. */
  async rest(): Promise<void> {
    for (let before = await this.vitals(); ; ) {
      await new Promise((resolve) => setTimeout(resolve, 1000));
      const now = await this.vitals();
      if (now.cpuSeconds - before.cpuSeconds < AT_REST) return;
      before = now;
    }
  }

  async close(): Promise<void> {
    const ended = once(this.child, 'exit');
    this.#agent.destroy();
    this.child.kill('SIGTERM');
    await ended;
  }
}

function formBody(fields: Record<string, string | Buffer>): Buffer {
  const parts = Object.entries(fields).flatMap(([name, value]) => [
    Buffer.from(`--${BOUNDARY}\r\nContent-Disposition: form-data; name="${name}"`),
    Buffer.from(typeof value === 'string' ? '\r\n\r\n' : '; filename="photo.jpg"\r\nContent-Type: image/jpeg\r\n\r\n'),
    Buffer.from(value),
    Buffer.from('\r\n'),
  ]);
  return Buffer.concat([...parts, Buffer.from(`--${BOUNDARY}--\r\n`)]);
}
