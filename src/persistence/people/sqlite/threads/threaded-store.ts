import type { Store } from '../../../store.js';
import { StoreError } from '../../../store-error.js';
import type { IndexSource, StoredEmbedding } from '../../embedding-store.js';
import type { SqliteStoreOptions } from '../sqlite-store.js';
import { type Lane, lanes, type StorePart } from './lanes.js';
import { revived } from './lazy-users.js';
import type { FacesPage } from './protocol.js';
import { type StoreQuestion, StoreThread } from './store-thread-life.js';

export interface ThreadedStoreOptions extends SqliteStoreOptions {
  /** The compiled thread, when it does not lie beside this file. */
  threadUrl?: URL | undefined;
}

type ThreadedStore = Store & IndexSource;

/**
 * The store in one SQLite file behind threads: one writes, two read. Each hosts a SqliteStore over a connection of its own, so
 * nothing that waits for the disk or grows with the data holds up the calling thread. What a caller reads after its own write
 * was answered includes that write.
 *
 * A thread that dies is replaced. What it was asked rejects with a StoreError, of a write with the trouble `uncertain`: it is
 * never done a second time.
 * @throws as SqliteStore.open
 */
export async function openThreadedStore(file: string, options: ThreadedStoreOptions = {}): Promise<ThreadedStore> {
  const threads = new StoreThreads(file, options);
  try {
    await threads.open();
  } catch (error) {
    await threads.close();
    throw error;
  }
  return {
    ...threads.remote<Omit<ThreadedStore, Exclude<StorePart, 'people'> | 'facesOf' | 'close'>>('people'),
    scales: threads.remote<Store['scales']>('scales'),
    webhooks: threads.remote<Store['webhooks']>('webhooks'),
    staged: threads.remote<Store['staged']>('staged'),
    attendance: threads.remote<Store['attendance']>('attendance'),
    userPages: threads.remote<Store['userPages']>('userPages'),
    accounts: threads.remote<Store['accounts']>('accounts'),
    sessions: threads.remote<Store['sessions']>('sessions'),
    facesOf: (collectionId, model) => threads.facesOf(collectionId, model),
    close: () => threads.close(),
  };
}

class StoreThreads {
  readonly #threads: Record<Lane, StoreThread>;
  /** That any of the connections met. Each refuses to write then: it could damage more. */
  #damage: StoreError | undefined;

  constructor(file: string, { dataKey, onErasureDelayed = () => {}, threadUrl }: ThreadedStoreOptions) {
    const url = threadUrl ?? new URL('./store-thread.js', import.meta.url);
    const thread = (writes: boolean) => new StoreThread({ url, file, dataKey, writes, onErasureDelayed });
    this.#threads = { write: thread(true), read: thread(false), 'long read': thread(false) };
  }

  /** The readers start when they are asked something: the writer has made the database, or brought it to this version. */
  open(): Promise<void> {
    return this.#threads.write.open();
  }

  /** A part of the store each of whose methods is asked of the thread of its lane. */
  remote<T>(part: StorePart): T {
    const methods = Object.entries<Lane>(lanes[part]).map(([method, lane]) => [
      method,
      async (...args: unknown[]) => {
        if (this.#damage && (lane === 'write' || method === 'ping')) throw this.#damage;
        const value = await this.#ask(lane, { part, method, args });
        return revived(method, value, this.#note);
      },
    ]);
    return Object.fromEntries(methods) as T;
  }

  /** While the caller deals with a page, the next one is read. */
  async *facesOf(collectionId: number, model: string): AsyncIterable<StoredEmbedding[]> {
    const read = (after: number) => {
      const page = this.#ask('long read', { facesAfter: { collectionId, model, after } }) as Promise<FacesPage>;
      // Where the caller stops before it is asked for.
      page.catch(() => undefined);
      return page;
    };
    for (let next = read(0); ; ) {
      const { faceIds, embeddings } = await next;
      const last = faceIds.at(-1);
      if (last === undefined) return;
      next = read(last);
      const length = embeddings.length / faceIds.length;
      yield Array.from(faceIds, (faceId, i) => ({
        faceId,
        embedding: embeddings.subarray(i * length, (i + 1) * length),
      }));
    }
  }

  /** The writer last: it moves the log into the database. */
  async close(): Promise<void> {
    await Promise.all([this.#threads.read.close(), this.#threads['long read'].close()]);
    await this.#threads.write.close();
  }

  async #ask(lane: Lane, question: StoreQuestion): Promise<unknown> {
    try {
      return await this.#threads[lane].ask(question);
    } catch (error) {
      this.#note(error);
      throw error;
    }
  }

  readonly #note = (error: unknown): void => {
    if (error instanceof StoreError && error.trouble === 'damaged') this.#damage ??= error;
  };
}
