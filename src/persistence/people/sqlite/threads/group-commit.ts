import type { SqliteStore } from '../sqlite-store.js';

/** A group is committed when its writes have taken so long: those that come later wait for less. */
const GROUP_MS = 5;

export interface QueuedWrite {
  work: () => Promise<unknown>;
  /** Told when the write is durable, or has changed nothing. */
  settle: (outcome: PromiseSettledResult<unknown>) => void;
}

/**
 * The writes of a thread, in the order in which they came. Those that wait while the disk confirms others are done in one
 * transaction, so that one confirmation serves all of them.
 */
export class GroupCommit {
  readonly #store: Pick<SqliteStore, 'together'>;
  #queue: QueuedWrite[] = [];
  #turn: NodeJS.Immediate | undefined;
  /** Settles when all that was done is told. */
  #telling: Promise<void> = Promise.resolve();

  constructor(store: Pick<SqliteStore, 'together'>) {
    this.#store = store;
  }

  push(write: QueuedWrite): void {
    this.#queue.push(write);
    // Not at once: what has come together is taken together.
    this.#turn ??= setImmediate(() => this.#commit());
  }

  /** Does all that waits. Resolves when all of it is told. */
  async finish(): Promise<void> {
    while (this.#queue.length > 0) this.#commit();
    await this.#telling;
  }

  #commit(): void {
    clearImmediate(this.#turn);
    this.#turn = undefined;
    const group: QueuedWrite[] = [];
    const outcomes = this.#store.together(this.#next(group));
    const told = group.map(async ({ settle }, i) => {
      const [outcome] = await Promise.allSettled([outcomes[i]]);
      settle(outcome);
    });
    this.#telling = Promise.all([this.#telling, ...told]).then(() => undefined);
    if (this.#queue.length > 0) this.#turn = setImmediate(() => this.#commit());
  }

  /** What waits, as long as it is looked for. @param taken gets what is taken off the queue */
  *#next(taken: QueuedWrite[]): Iterable<() => Promise<unknown>> {
    const until = performance.now() + GROUP_MS;
    do {
      const write = this.#queue.shift();
      if (!write) return;
      taken.push(write);
      yield write.work;
    } while (performance.now() < until);
  }
}
