import type { PartInit } from '../support/multipart.js';

/** One row of the contract: a call in a known state, and its answer. */
export interface Case {
  what: string;
  /** Calls made before, in the same collection; each must answer 200. */
  given?: readonly Step[];
  call: Step;
  headers?: Record<string, string>;
  /** Without the key that every call has otherwise. */
  keyless?: true;
  /** The whole body. */
  reply: Record<string, unknown>;
}

export type Step = readonly [method: 'POST' | 'DELETE' | 'GET', path: string, ...parts: PartInit[]];
