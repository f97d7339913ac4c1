import { Presets, SingleBar } from 'cli-progress';

/** Shows how far a long task is. */
export interface Progress {
  update(done: number, failed: number): void;
  stop(): void;
}

/**
 * A bar on standard error with rate and remaining time; a plain line every five seconds where that is no terminal.
 * @param unwanted what is said of those that `update` calls failed
 */
export function showProgress(what: string, total: number, unwanted = 'failed'): Progress {
  const terminal = process.stderr.isTTY === true;
  const bar = new SingleBar(
    {
      stream: process.stderr,
      format: `${what} ${terminal ? '{bar} ' : ''}{value}/{total} | {rate}/s | {eta_formatted} left | {failed} ${unwanted}`,
      noTTYOutput: true,
      notTTYSchedule: 5000,
      barsize: 24,
      hideCursor: true,
      etaBuffer: 200,
    },
    Presets.shades_classic,
  );
  const start = performance.now();
  bar.start(total, 0, { rate: '–', failed: 0 });
  return {
    update(done, failed) {
      const rate = ((done / (performance.now() - start)) * 1000).toFixed(1);
      bar.update(done, { rate, failed });
    },
    stop: () => bar.stop(),
  };
}
