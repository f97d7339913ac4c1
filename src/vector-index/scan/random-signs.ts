import { EMBEDDING_LENGTH } from '../../core/embedding.js';

/** A sign for each number of an embedding, the same in every process: xorshift32. */
export function randomSigns(seed: number): Float32Array {
  let state = Math.imul(seed, 0x9e3779b9);
  return new Float32Array(EMBEDDING_LENGTH).map(() => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state & 0x10000 ? 1 : -1;
  });
}
