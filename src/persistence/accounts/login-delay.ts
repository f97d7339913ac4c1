/** How failed attempts to log in delay the next one. */
export interface DelayRule {
  /** Failures without a delay. */
  free: number;
  /** Milliseconds; the delay doubles from one second up to here. */
  most: number;
}

/** Of one account, wherever its attempts come from. */
export const accountDelays: DelayRule = { free: 5, most: 15 * 60_000 };

/** Of one address, which a whole school may share. */
export const addressDelays: DelayRule = { free: 20, most: 15 * 60_000 };

/** Milliseconds that failures are remembered from the last one. */
export const FAILURES_KEPT = 24 * 3_600_000;

/**
 * When the next attempt may come.
 * @param failedAt of the last failure, in milliseconds since 1970
 */
export function nextAttempt(failures: number, failedAt: number, { free, most }: DelayRule): number {
  if (failures < free) return 0;
  return failedAt + Math.min(most, 1000 * 2 ** Math.min(failures - free, 30));
}
