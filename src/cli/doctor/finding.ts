/** `ok`; `warn`: it works, but worse than it could, or not for long; `fail`: the server does not start, or not safely. */
export type FindingState = 'ok' | 'warn' | 'fail';

/** What was seen of one part of the installation. Holds no secret. */
export interface Finding {
  /** Which part, one word. */
  check: string;
  state: FindingState;
  /** What was seen, one sentence or part of one. */
  text: string;
  /** What to do; only where it is not ok. */
  fix?: string;
}

/** Makes findings of one check. */
export interface Say {
  ok(text: string): Finding;
  warn(text: string, fix: string): Finding;
  fail(text: string, fix: string): Finding;
}

export function about(check: string): Say {
  return {
    ok: (text) => ({ check, state: 'ok', text }),
    warn: (text, fix) => ({ check, state: 'warn', text, fix }),
    fail: (text, fix) => ({ check, state: 'fail', text, fix }),
  };
}

/** Bytes for people, in the units that the documentation uses. */
export function gigabytes(bytes: number): string {
  return `${(bytes / 1e9).toFixed(bytes < 1e10 ? 1 : 0)} GB`;
}
