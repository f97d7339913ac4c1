import { setTimeout as delay } from 'node:timers/promises';

/** Work goes on for so long at a time, and rests for three times as long. */
const WORK_MS = 3;

/** Lets long work on the thread that answers HTTP go on in the background, at a quarter of the thread's time. */
export class Pace {
  readonly #end: AbortSignal;
  #since = 0;

  /** @param end ends every rest */
  constructor(end: AbortSignal) {
    this.#end = end;
  }

  get isOver(): boolean {
    return this.#end.aborted;
  }

  /** To be awaited after each piece of work, however short. */
  async pause(): Promise<void> {
    const worked = performance.now() - this.#since;
    if (worked < WORK_MS) return;
    await this.rest(3 * Math.min(worked, 10 * WORK_MS));
    this.#since = performance.now();
  }

  async rest(ms: number): Promise<void> {
    await delay(ms, undefined, { ref: false, signal: this.#end }).catch(() => undefined);
  }
}
