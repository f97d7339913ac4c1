import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { DataKey } from '../../../encryption/data-key.js';
import { StoreError } from '../../../store-error.js';
import type { StoreReply, StoreRequest, StoreThreadSettings } from './protocol.js';
import { fromWire } from './wire-error.js';

export interface StoreThreadOptions {
  /** The compiled thread. */
  url: URL;
  file: string;
  dataKey: DataKey | undefined;
  writes: boolean;
  onErasureDelayed: (error: unknown) => void;
}

/** What is asked, before it has a number. */
export type StoreQuestion = StoreRequest extends infer R ? (R extends { id: number } ? Omit<R, 'id'> : never) : never;

interface Waiting {
  resolve: (value: unknown) => void;
  reject: (error: Error) => void;
}

/** One life of a thread that holds a connection to the database. */
class ThreadLife {
  readonly #options: StoreThreadOptions;
  readonly #worker: Worker;
  readonly #waiting = new Map<number, Waiting>();
  /** Settles when the database is open. @throws what opening it throws */
  readonly opened: Promise<void>;
  #lastId = 0;
  #end: Error | undefined;

  constructor(options: StoreThreadOptions) {
    const { url, file, dataKey, writes } = options;
    this.#options = options;
    this.#worker = new Worker(url, {
      workerData: { file, dataKey: dataKey?.secret, writes } satisfies StoreThreadSettings,
    });
    this.opened = new Promise((resolve, reject) => {
      let death: Error | undefined;
      this.#worker.on('message', (reply: StoreReply) => {
        if ('opened' in reply) resolve();
        else if ('openError' in reply) reject(this.#over(fromWire(reply.openError)));
        else if ('erasureDelayed' in reply) options.onErasureDelayed(fromWire(reply.erasureDelayed));
        else this.#settle(reply);
      });
      this.#worker.on('error', (error) => {
        death = error;
      });
      this.#worker.on('exit', () => reject(this.#over(this.#lost(death))));
    });
    // Of a reader nobody waits for it: what it is asked rejects with the same error.
    this.opened.catch(() => undefined);
  }

  get isOver(): boolean {
    return this.#end !== undefined;
  }

  /** @throws what the thread throws; StoreError when it dies meanwhile */
  ask(question: StoreQuestion): Promise<unknown> {
    if (this.#end) return Promise.reject(this.#end);
    return new Promise((resolve, reject) => {
      const id = ++this.#lastId;
      this.#waiting.set(id, { resolve, reject });
      this.#worker.postMessage({ id, ...question } satisfies StoreRequest);
    });
  }

  /** Ends the thread when it has done what it was asked. */
  async close(): Promise<void> {
    if (this.#end) return;
    const ended = once(this.#worker, 'exit');
    this.#worker.postMessage({ id: 0, close: true } satisfies StoreRequest);
    await ended;
  }

  #settle(reply: Extract<StoreReply, { id: number }>): void {
    const waiting = this.#waiting.get(reply.id);
    this.#waiting.delete(reply.id);
    if ('value' in reply) waiting?.resolve(reply.value);
    else waiting?.reject(fromWire(reply.error));
  }

  #over(error: Error): Error {
    const end = this.#end ?? error;
    this.#end = end;
    for (const { reject } of this.#waiting.values()) reject(end);
    this.#waiting.clear();
    return end;
  }

  /** What a writer was doing may have been committed just before it died; nothing is done twice to find out. */
  #lost(cause: Error | undefined): StoreError {
    const { file, writes } = this.#options;
    const detail = writes
      ? 'the thread that writes it died; the change may have been made or not'
      : 'the thread that reads it died';
    return new StoreError(writes ? 'uncertain' : 'failed', `The database ${file}`, { detail, cause });
  }
}

/** A thread with a connection of its own, which is started when it is needed, and anew when it has died. */
export class StoreThread {
  readonly #options: StoreThreadOptions;
  #life: ThreadLife | undefined;
  #isClosed = false;

  constructor(options: StoreThreadOptions) {
    this.#options = options;
  }

  /** Settles when the database is open. @throws StoreError, DataKeyError, or Error for the operator */
  open(): Promise<void> {
    return this.#current().opened;
  }

  /** @throws what the thread throws; StoreError when it dies meanwhile, or is closed */
  async ask(question: StoreQuestion): Promise<unknown> {
    if (this.#isClosed) {
      throw new StoreError('failed', `The database ${this.#options.file}`, { detail: 'it is closed' });
    }
    return this.#current().ask(question);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#life?.close();
  }

  #current(): ThreadLife {
    if (!this.#life || this.#life.isOver) this.#life = new ThreadLife(this.#options);
    return this.#life;
  }
}
