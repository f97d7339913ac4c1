import type { KeyObject } from 'node:crypto';
import type { StorePart } from './lanes.js';
import type { WireError } from './wire-error.js';

/** Given to each thread when it starts. */
export interface StoreThreadSettings {
  /** Path of the database. */
  file: string;
  dataKey: KeyObject | undefined;
  /** Whether the thread is the one that writes. A reader is started when the writer has opened the database. */
  writes: boolean;
}

/** What is asked of a thread; each is answered once, those that wait for an answer in any order. */
export type StoreRequest =
  | { id: number; part: StorePart; method: string; args: unknown[] }
  | { id: number; facesAfter: { collectionId: number; model: string; after: number } }
  | { id: number; close: true };

/** Faces in two buffers that are handed over. */
export interface FacesPage {
  faceIds: Float64Array;
  /** One after the other. */
  embeddings: Float32Array;
}

export type StoreReply =
  | { opened: true }
  | { openError: WireError }
  | { erasureDelayed: WireError }
  | { id: number; value: unknown }
  | { id: number; error: WireError };
