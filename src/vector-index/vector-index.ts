/** A face near a probe. */
export interface Match {
  faceId: number;
  /** Cosine of the two embeddings, -1 to 1, right within 0.005. */
  cosine: number;
}

/** Faces on their way into an index, side by side. */
export interface FaceBatch {
  faceIds: Float64Array;
  /** One embedding after the other, in the order of `faceIds`: copied, L2-normalised and all of one length. */
  embeddings: Float32Array;
}

/**
 * Nearest-neighbour search among the faces of ONE collection made by ONE model: a cache of the store, held in memory.
 * A write is visible to every search that is asked after it. Calls reject with IndexLostError when the index is gone,
 * be it dropped or that its thread died: whatever it held must be read from the store again.
 */
export interface VectorIndex {
  /** Faces held, after the last write that was answered. */
  readonly size: number;

  /**
   * Adds faces, or replaces their embeddings. The batch's buffers are handed over and not to be used afterwards.
   * @throws RangeError when an embedding is of another length, not finite or not of unit length; none is added then
   */
  add(faces: FaceBatch): Promise<void>;

  /** Faces that are not held are skipped. Their bytes are overwritten in the background, soon. */
  remove(faceIds: readonly number[]): Promise<void>;

  /**
   * The k faces that are, nearly always, the nearest, nearest first, of equally near ones the older (lower id) first; all
   * faces when there are fewer than k.
   * @throws RangeError as `add`
   */
  search(probe: Float32Array, k: number): Promise<Match[]>;

  /** Whether each of these faces is held with exactly this embedding. */
  holds(faces: FaceBatch): Promise<boolean>;

  /** Resolves when work in the background, which never changes what a search means, has come to its end. */
  settled(): Promise<IndexState>;

  /** Lets go of the memory and deletes what is kept. Every later call rejects. */
  drop(): Promise<void>;
}

/** How searches are answered now, for tests and benchmarks. */
export interface IndexState {
  size: number;
  /** Faces that are scanned. */
  scanned: number;
  /** Distinct vectors in the graph. */
  inGraph: number;
  /** Nodes of the graph that no face has any more. */
  erased: number;
}

/** The index is gone: dropped, closed, or its thread died. */
export class IndexLostError extends Error {}

/** The order that `VectorIndex.search` promises. */
export function isNearer(a: Match, b: Match): boolean {
  return a.cosine > b.cosine || (a.cosine === b.cosine && a.faceId < b.faceId);
}

/** Adds a match to the k best, which stay in that order. */
export function keepBest<M extends Match>(best: M[], k: number, match: M): void {
  let at = best.length;
  while (at > 0 && isNearer(match, best[at - 1] as M)) at--;
  best.splice(at, 0, match);
  if (best.length > k) best.pop();
}
