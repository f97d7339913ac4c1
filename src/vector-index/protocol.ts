import type { KeyObject } from 'node:crypto';
import type { FaceBatch } from './vector-index.js';

/**
 * Sketches of all faces are compared, or those that a graph (HNSW) of a large collection finds: docs/vector-index.md. `auto` is
 * what was the best at every size that was measured: the scan.
 */
export type IndexKind = 'auto' | 'scan' | 'hnsw';

/** Given to each index worker when it starts. */
export interface IndexSettings {
  kind: IndexKind;
  /** Where sketches and graphs are kept. */
  folder: string;
  /** What is kept is encrypted with it. */
  dataKey?: KeyObject | undefined;
  /** From how many faces on a collection is kept. */
  keptFrom?: number;
  /** As in ScanOptions. */
  sieveFrom?: number;
  /** As in GraphScanOptions. */
  graphFrom?: number;
  /** As in Arenas. */
  maxPages?: number;
  /** Threads that help with large searches, up to three. */
  helpers?: number;
}

/** What the pool asks of a worker; each is answered once, those of one collection in their order. */
export type Call =
  /** Answered with the ids of the faces that were kept. */
  | { op: 'open'; identity: string }
  | { op: 'add'; faces: FaceBatch }
  | { op: 'remove'; faceIds: readonly number[] }
  | { op: 'search'; probe: Float32Array; k: number }
  | { op: 'holds'; faces: FaceBatch }
  | { op: 'settled' }
  | { op: 'save' }
  | { op: 'drop' }
  /** To the worker, not to a collection: writes what is to be kept and ends the thread. */
  | { op: 'close' };

export interface Request {
  id: number;
  collectionId: number;
  call: Call;
}

/** Errors lose their class on the way between threads. */
export type Reply =
  | { id: number; value: unknown; size: number }
  | { id: number; error: { isRange: boolean; message: string } }
  | { trouble: string; collectionId?: number };
