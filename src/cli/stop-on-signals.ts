/**
 * Ctrl-C and SIGTERM: the first one lets what is under way come to its end, the second one does not wait.
 * @param reason of the abort
 */
export function stopOnSignals(stop: AbortController, reason: Error): void {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      if (stop.signal.aborted) process.exit(1);
      console.error('\nstopping: photos under way come to their end');
      stop.abort(reason);
    });
  }
}
