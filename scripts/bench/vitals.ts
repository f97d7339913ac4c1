import { monitorEventLoopDelay } from 'node:perf_hooks';
import { isMainThread } from 'node:worker_threads';

/**
 * Loaded by the benchmark before the server's own code (`node --import`), into its process only: answers each message of
 * the parent with the event loop's delay since the last one, in milliseconds, and with what the process has used.
 */
const RESOLUTION_MS = 1;

if (isMainThread && process.send) {
  const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  delay.enable();
  process.on('message', () => {
    // The histogram counts whole intervals: the timer's own millisecond is no delay.
    const late = (nanoseconds: number) => Math.max(0, nanoseconds / 1e6 - RESOLUTION_MS);
    const { user, system } = process.cpuUsage();
    process.send?.({
      loopDelayP99: late(delay.percentile(99)),
      loopDelayMax: late(delay.max),
      cpuSeconds: (user + system) / 1e6,
      rssBytes: process.memoryUsage.rss(),
    });
    delay.reset();
  });
  // The channel alone must not keep a closing server alive.
  process.channel?.unref();
}
