/** A face near a probe. */
export interface Match {
  faceId: number;
  /** Cosine of the two embeddings, -1 to 1, exact to float32. */
  cosine: number;
  /** A view that the next write may overwrite. */
  embedding: Float32Array;
}

/**
 * Nearest-neighbour search among the faces of ONE collection made by ONE model: a cache of the store, held in memory.
 * A write is visible to the next search. Embeddings are copied, L2-normalised and all of one length.
 */
export interface VectorIndex {
  /** Faces held. */
  readonly size: number;

  /**
   * Adds a face, or replaces its embedding.
   * @throws RangeError when the embedding is of another length, not finite or not of unit length
   */
  add(faceId: number, embedding: Float32Array): void;

  /** Faces that are not held are skipped. */
  remove(faceIds: readonly number[]): void;

  /**
   * The k nearest faces, nearest first, of equally near ones the older (lower id) first; all faces when there are
   * fewer than k.
   * @throws RangeError as `add`
   */
  search(probe: Float32Array, k: number): Match[];

  /** Resolves when work in the background, which never changes what a search means, has come to its end. */
  settled(): Promise<void>;

  /** Ends the work in the background and lets go of the memory. The index is empty afterwards. */
  close(): void;
}
