import type { IndexCache } from './index-cache.js';

/** A caller asks for it, the index is closed, or it is time to look whether something is due. */
export type SaveOccasion = 'asked' | 'closing' | 'looking';

/** What an index keeps in its file beside its sketches, of one time with them: all becomes valid with one commit. */
export interface KeptBeside {
  /**
   * Reads what the file has, after the sketches. What cannot be used is reported and removed.
   * @param holds whether there is a sketch of a face
   */
  load(cache: IndexCache, holds: (faceId: number) => boolean): Promise<void>;
  /** Whether `write` is worth its while. */
  isDue(occasion: SaveOccasion): boolean;
  /** Within a transaction. @param isGone asked between two parts: then nothing more is written @throws Error when it fails */
  write(cache: IndexCache, isGone: () => boolean): Promise<void>;
  /** Directly before the commit, whether or not `write` was called. */
  finish(cache: IndexCache, holds: (faceId: number) => boolean): void;
  /** After the commit, or after what came instead of it. */
  ended(isCommitted: boolean): void;
  /** The file was removed. */
  forget(): void;
}
