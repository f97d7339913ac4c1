import { EMBEDDING_LENGTH } from '../../../core/embedding.js';
import { unitVector } from '../../../core/unit-vector.js';
import { embeddingToBlob, storedEmbedding } from '../../encryption/embedding-blob.js';

/** Length and an unused field, 16 bits each, lie before the numbers. */
const HEADER_BYTES = 4;

/**
 * The binary form of pgvector's type: float32, big-endian, bit for bit what the embedding holds.
 * @throws RangeError when the embedding is not 512 numbers long
 */
export function toVectorBytes(embedding: Float32Array): Buffer {
  const header = Buffer.alloc(HEADER_BYTES);
  header.writeInt16BE(EMBEDDING_LENGTH);
  return Buffer.concat([header, embeddingToBlob(embedding).swap32()]);
}

/**
 * Bit for bit where it was kept in 32-bit numbers. What 16-bit ones made longer or shorter gets length 1 again, so that a
 * photo that was added still has a cosine of 1 to itself.
 * @throws RangeError for another length, StoreError for an embedding that is damaged
 */
export function fromVectorBytes(bytes: Buffer): Float32Array {
  return unitVector(storedEmbedding(Buffer.from(bytes.subarray(HEADER_BYTES)).swap32()));
}
