import type { FaceBatch, IndexState, Match } from './vector-index.js';

/** The index of one collection within its thread. Its calls mean what those of VectorIndex do. */
export interface ThreadIndex {
  readonly size: number;
  readonly state: IndexState;

  /** Called once, first. @returns the faces that were kept; never rejects */
  open(): Promise<Float64Array>;
  add(faces: FaceBatch): void;
  remove(faceIds: Iterable<number>): void;
  search(probe: Float32Array, k: number): Match[];
  holds(faces: FaceBatch): boolean;
  settled(): Promise<void>;

  /** Writes what is to be kept, where anything is. */
  save(): Promise<void>;
  /** The same when it pays, or when an old one holds an erased face. Never rejects. */
  saveIfDue(): Promise<void>;
  /** Writes what is to be kept when that pays, and lets go of the memory. */
  close(): Promise<void>;
  /** Lets go of the memory and removes what is kept. */
  drop(): Promise<void>;
}
