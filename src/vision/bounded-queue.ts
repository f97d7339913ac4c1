import { FaceSearchError } from '../core/errors.js';

/**
 * Gives a bounded number of tasks their turn, in the order in which they came, and holds a bounded number in waiting.
 * A task whose signal fires while it waits leaves the line; one that has its turn keeps it.
 */
export class BoundedQueue {
  private running = 0;
  private readonly waiting = new Set<() => void>();
  private readonly onEmpty: (() => void)[] = [];

  constructor(
    private readonly maxRunning: number,
    private readonly maxWaiting: number,
  ) {}

  /** Tasks that wait for their turn. */
  get length(): number {
    return this.waiting.size;
  }

  /** @throws FaceSearchError OVERLOADED when the line is full, or what the signal was aborted with */
  async run<T>(task: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    await this.turn(signal);
    try {
      return await task();
    } finally {
      this.leave();
    }
  }

  /** Resolves when nothing runs and nothing waits. */
  async empty(): Promise<void> {
    if (this.running > 0) await new Promise<void>((resolve) => this.onEmpty.push(resolve));
  }

  private async turn(signal: AbortSignal | undefined): Promise<void> {
    signal?.throwIfAborted();
    if (this.running < this.maxRunning) {
      this.running++;
      return;
    }
    if (this.waiting.size >= this.maxWaiting) throw new FaceSearchError('OVERLOADED', 'queue-full');
    await new Promise<void>((resolve, reject) => {
      const called = () => {
        signal?.removeEventListener('abort', gone);
        resolve();
      };
      const gone = () => {
        this.waiting.delete(called);
        reject(signal?.reason);
      };
      this.waiting.add(called);
      signal?.addEventListener('abort', gone, { once: true });
    });
  }

  /** The place goes to the first that waits, so nobody can slip in between. */
  private leave(): void {
    const [next] = this.waiting;
    if (!next) {
      this.running--;
      if (this.running === 0) for (const tell of this.onEmpty.splice(0)) tell();
      return;
    }
    this.waiting.delete(next);
    next();
  }
}
