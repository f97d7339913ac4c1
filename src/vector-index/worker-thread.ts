import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { Call, IndexSettings, Reply, Request } from './protocol.js';
import { IndexLostError } from './vector-index.js';

interface Waiting {
  resolve: (answer: { value: unknown; size: number }) => void;
  reject: (error: Error) => void;
}

/** One life of an index thread. */
export class ThreadLife {
  readonly worker: Worker;
  readonly #waiting = new Map<number, Waiting>();
  #lastId = 0;
  #isOver = false;

  constructor(url: URL, settings: IndexSettings, onTrouble: (trouble: string, collectionId?: number) => void) {
    this.worker = new Worker(url, { workerData: settings });
    this.worker.on('message', (reply: Reply) => {
      if ('trouble' in reply) onTrouble(reply.trouble, reply.collectionId);
      else this.#settle(reply);
    });
    this.worker.on('error', (error) => onTrouble(`an index thread died: ${error.message}`));
    this.worker.on('exit', () => {
      this.#isOver = true;
      for (const { reject } of this.#waiting.values()) reject(new IndexLostError('The thread of the index died'));
      this.#waiting.clear();
    });
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  /** @throws IndexLostError when the thread dies, or has died */
  async ask(collectionId: number, call: Call, transfer: ArrayBuffer[] = []): Promise<{ value: unknown; size: number }> {
    if (this.#isOver) throw new IndexLostError('The thread of the index died');
    return new Promise((resolve, reject) => {
      const id = ++this.#lastId;
      this.#waiting.set(id, { resolve, reject });
      this.worker.postMessage({ id, collectionId, call } satisfies Request, transfer);
    });
  }

  #settle(reply: Exclude<Reply, { trouble: string }>): void {
    const waiting = this.#waiting.get(reply.id);
    this.#waiting.delete(reply.id);
    if ('value' in reply) waiting?.resolve(reply);
    else waiting?.reject(reply.error.isRange ? new RangeError(reply.error.message) : new Error(reply.error.message));
  }
}

/** An index thread that is started anew, empty, when it has died and is needed again. */
export class WorkerThread {
  readonly #start: () => ThreadLife;
  #life: ThreadLife | undefined;

  constructor(url: URL, settings: IndexSettings, onTrouble: (trouble: string, collectionId?: number) => void) {
    this.#start = () => new ThreadLife(url, settings, onTrouble);
  }

  current(): ThreadLife {
    if (!this.#life || this.#life.isOver) this.#life = this.#start();
    return this.#life;
  }

  async close(): Promise<void> {
    const life = this.#life;
    if (!life || life.isOver) return;
    const ended = once(life.worker, 'exit');
    await life.ask(0, { op: 'close' }).catch(() => undefined);
    await ended;
  }
}
