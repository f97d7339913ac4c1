import { monitorEventLoopDelay } from 'node:perf_hooks';

const SAMPLE_MS = 2000;

/** How late the thread that answers HTTP gets to its work. */
export class LoopDelay {
  readonly #histogram = monitorEventLoopDelay({ resolution: 10 });
  readonly #timer: NodeJS.Timeout;
  #milliseconds = 0;

  constructor() {
    this.#histogram.enable();
    this.#timer = setInterval(() => this.#sample(), SAMPLE_MS).unref();
  }

  /** The longest delay of the last whole sample of two seconds. */
  get milliseconds(): number {
    return this.#milliseconds;
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#histogram.disable();
  }

  #sample(): void {
    // The histogram measures from tick to tick, and a tick that is in time takes the resolution.
    this.#milliseconds = Math.max(0, this.#histogram.max / 1e6 - 10);
    this.#histogram.reset();
  }
}
