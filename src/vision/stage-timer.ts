/** Adds up how long each stage of one photo's way took. */
export class StageTimer {
  /** Milliseconds by stage. */
  readonly timings: Record<string, number> = {};

  async time<T>(stage: string, work: () => Promise<T>): Promise<T> {
    const start = performance.now();
    try {
      return await work();
    } finally {
      this.timings[stage] = (this.timings[stage] ?? 0) + performance.now() - start;
    }
  }
}
