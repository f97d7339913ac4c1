import type { Template } from '../template.js';
import { EMBEDDING_BYTES, embeddingToBlob, storedEmbedding } from './embedding-blob.js';

/** A template of another number counts as none: its layout is another, or its levels were worked out in another way. */
const LAYOUT = 1;

/** Layout, number of faces, whether there is a mean, and the mean's mu. */
const HEADER_BYTES = 10;
/** Number of a face and its mu. */
const FACE_BYTES = 12;

/** All numbers little-endian. */
export function templateToBlob({ mus, mean }: Template): Buffer {
  const blob = Buffer.alloc(HEADER_BYTES + mus.size * FACE_BYTES);
  blob.writeUInt8(LAYOUT, 0);
  blob.writeUInt32LE(mus.size, 1);
  blob.writeUInt8(mean ? 1 : 0, 5);
  blob.writeFloatLE(mean?.mu ?? 0, 6);
  let at = HEADER_BYTES;
  for (const [faceId, mu] of mus) {
    blob.writeDoubleLE(faceId, at);
    blob.writeFloatLE(mu, at + 8);
    at += FACE_BYTES;
  }
  return mean ? Buffer.concat([blob, embeddingToBlob(mean.embedding)]) : blob;
}

/**
 * Undefined for what is no template of this layout: one can be made again.
 * @throws StoreError when the mean is damaged
 */
export function blobToTemplate(blob: Buffer, cohort: string): Template | undefined {
  if (blob.length < HEADER_BYTES || blob.readUInt8(0) !== LAYOUT) return undefined;
  const faces = blob.readUInt32LE(1);
  const hasMean = blob.readUInt8(5) === 1;
  const meanAt = HEADER_BYTES + faces * FACE_BYTES;
  if (blob.length !== meanAt + (hasMean ? EMBEDDING_BYTES : 0)) return undefined;
  const mus = new Map<number, number>();
  for (let at = HEADER_BYTES; at < meanAt; at += FACE_BYTES) mus.set(blob.readDoubleLE(at), blob.readFloatLE(at + 8));
  const mean = hasMean ? { embedding: storedEmbedding(blob.subarray(meanAt)), mu: blob.readFloatLE(6) } : undefined;
  return { cohort, mus, mean };
}
