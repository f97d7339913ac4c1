import type { CollectionRef } from '../persistence/people/people-store.js';

/** Runs tasks with the same key one after the other, in the order of their calls, and those of other keys beside them. */
export class KeyedLock {
  /** Key → end of its last task, failed or not. */
  readonly #last = new Map<string, Promise<void>>();

  /** Settles as the task does. */
  async run<T>(key: string, task: () => Promise<T>): Promise<T> {
    const result = (this.#last.get(key) ?? Promise.resolve()).then(task);
    const end = result.then(
      () => {},
      () => {},
    );
    this.#last.set(key, end);
    try {
      return await result;
    } finally {
      if (this.#last.get(key) === end) this.#last.delete(key);
    }
  }

  /** Runs a task alone among those of each of the keys. They are taken in one order, so that two tasks never wait for each other. */
  runAll<T>(keys: readonly string[], task: () => Promise<T>): Promise<T> {
    const [key, ...rest] = [...new Set(keys)].sort();
    return key === undefined ? task() : this.run(key, () => this.runAll(rest, task));
  }

  /** Resolves when no task is running or waiting. */
  async idle(): Promise<void> {
    while (this.#last.size > 0) await Promise.all(this.#last.values());
  }
}

/** The key of a collection's tasks. */
export function lockKey({ tenant, collection }: CollectionRef): string {
  return JSON.stringify([tenant, collection]);
}
