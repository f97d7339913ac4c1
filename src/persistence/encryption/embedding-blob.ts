import { endianness } from 'node:os';
import { EMBEDDING_LENGTH } from '../../core/embedding.js';
import { isUnit } from '../../core/unit-vector.js';
import { StoreError } from '../store-error.js';

/** Bytes of a stored embedding: 512 float32, little-endian. */
export const EMBEDDING_BYTES = EMBEDDING_LENGTH * Float32Array.BYTES_PER_ELEMENT;

const bigEndianHost = endianness() === 'BE';

/** @throws RangeError when the embedding is not 512 numbers long */
export function embeddingToBlob(embedding: Float32Array): Buffer {
  if (embedding.length !== EMBEDDING_LENGTH) {
    throw new RangeError(`An embedding has ${EMBEDDING_LENGTH} numbers, not ${embedding.length}`);
  }
  const blob = Buffer.from(new Float32Array(embedding).buffer);
  return bigEndianHost ? blob.swap32() : blob;
}

/** @throws RangeError when the blob is not 2048 bytes long */
export function blobToEmbedding(blob: Uint8Array): Float32Array {
  if (blob.byteLength !== EMBEDDING_BYTES) {
    throw new RangeError(`A stored embedding has ${EMBEDDING_BYTES} bytes, not ${blob.byteLength}`);
  }
  // A copy: a blob may lie at an address that is no multiple of four, where a Float32Array cannot start.
  const bytes = new Uint8Array(EMBEDDING_BYTES);
  bytes.set(blob);
  if (bigEndianHost) Buffer.from(bytes.buffer).swap32();
  return new Float32Array(bytes.buffer);
}

/**
 * The embedding of a row, which had length 1 when it was written.
 * @throws StoreError when it has another one: SQLite has no checksums, so a bad disk can change it unnoticed
 */
export function storedEmbedding(blob: Uint8Array): Float32Array {
  const embedding = blobToEmbedding(blob);
  if (!isUnit(embedding)) throw new StoreError('damaged', 'A stored embedding');
  return embedding;
}
