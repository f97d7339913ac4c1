import { expect, test } from 'vitest';
import {
  blobToEmbedding,
  EMBEDDING_BYTES,
  embeddingToBlob,
} from '../../../src/persistence/encryption/embedding-blob.js';
import { RandomVectors } from '../../vector-index/random-vectors.js';

test('an embedding comes back bit for bit', () => {
  const embedding = new RandomVectors(1).unit(512);
  expect(blobToEmbedding(embeddingToBlob(embedding))).toEqual(embedding);
});

test('the bytes are little-endian float32', () => {
  const blob = embeddingToBlob(new Float32Array(512).fill(1));
  expect(blob.byteLength).toBe(EMBEDDING_BYTES);
  expect(blob.subarray(0, 4).toString('hex')).toBe('0000803f');
});

test('a blob may start at any address', () => {
  const embedding = new RandomVectors(2).unit(512);
  const shifted = Buffer.concat([Buffer.from([0]), embeddingToBlob(embedding)]).subarray(1);
  expect(blobToEmbedding(shifted)).toEqual(embedding);
});

test('the blob is a copy of a view into a larger array', () => {
  const large = new Float32Array(1024).fill(7, 512);
  expect(blobToEmbedding(embeddingToBlob(large.subarray(512)))).toEqual(new Float32Array(512).fill(7));
});

test('an embedding of another length is refused', () => {
  expect(() => embeddingToBlob(new Float32Array(128))).toThrow(RangeError);
  expect(() => blobToEmbedding(Buffer.alloc(2047))).toThrow(RangeError);
});
