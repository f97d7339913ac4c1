import { EMBEDDING_LENGTH } from '../../core/embedding.js';
import { unitVector } from '../../core/unit-vector.js';
import { parseText } from '../../http/forms/fields.js';
import { blobToEmbedding, EMBEDDING_BYTES, embeddingToBlob } from '../../persistence/encryption/embedding-blob.js';
import type { User } from '../../persistence/people/people-store.js';
import { OperatorError } from '../../util/operator-error.js';

/** First line of an exported collection. */
export interface TransferHeader {
  format: 'facesearch-collection';
  version: 1;
  /** Identity of the embedder: vectors of different ones must not meet. */
  model: string;
  dimensions: typeof EMBEDDING_LENGTH;
}

/** Any other line: a user, a face of a user, or both. */
export interface TransferLine {
  id: string;
  name: string | undefined;
  /** L2-normalised. */
  embedding: Float32Array | undefined;
}

export function headerLine(model: string): string {
  const header: TransferHeader = { format: 'facesearch-collection', version: 1, model, dimensions: EMBEDDING_LENGTH };
  return `${JSON.stringify(header)}\n`;
}

export function userLine({ id, name }: User): string {
  return `${JSON.stringify({ id, name })}\n`;
}

export function faceLine(id: string, embedding: Float32Array): string {
  return `${JSON.stringify({ id, vector: embeddingToBlob(embedding).toString('base64') })}\n`;
}

/** @throws OperatorError when the line is no header, or vectors of it cannot be taken */
export function checkHeader(line: string, model: string): void {
  let header: Partial<TransferHeader> | undefined;
  try {
    header = JSON.parse(line) as Partial<TransferHeader>;
  } catch {}
  if (header?.format !== 'facesearch-collection') {
    throw new OperatorError('The file does not begin with the header of an exported collection. Nothing was imported.');
  }
  if (header.version !== 1) {
    throw new OperatorError('The file was exported by a newer version of this server. Nothing was imported.');
  }
  if (header.model !== model) {
    throw new OperatorError(
      `The vectors in the file were made by the model ${header.model}, and this server compares those of ${model}. Nothing was imported.`,
    );
  }
}

/** A line that cannot be taken. The message says what is wrong and repeats nothing of the line. */
export class LineError extends Error {
  override readonly name = 'LineError';
}

/** @throws LineError, or FaceSearchError BAD_INPUT for what a request could not have either */
export function parseLine(line: string): TransferLine {
  const { id, name, vector } = parseObject(line);
  if (name === undefined && vector === undefined) throw bad('there is neither a name nor a vector.');
  return {
    id: textOf('id', id, 1),
    name: name === undefined ? undefined : textOf('name', name, 0),
    embedding: vector === undefined ? undefined : embeddingOf(vector),
  };
}

function parseObject(line: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {}
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw bad('it is not a JSON object.');
  return value as Record<string, unknown>;
}

function textOf(field: string, value: unknown, shortest: number): string {
  if (typeof value !== 'string' || value.length < shortest) throw bad(`${field} must be a text that is not empty.`);
  // Half of a surrogate pair cannot be stored: two different ids would become one.
  if (Buffer.from(value, 'utf8').toString('utf8') !== value) throw bad(`${field} must be Unicode text.`);
  return parseText(field, value);
}

function embeddingOf(vector: unknown): Float32Array {
  if (typeof vector === 'string') {
    const bytes = Buffer.from(vector, 'base64');
    // Node skips what is not base64.
    if (bytes.length === EMBEDDING_BYTES && bytes.toString('base64') === vector)
      return unitVector(blobToEmbedding(bytes));
  } else if (Array.isArray(vector) && vector.every(Number.isFinite)) {
    return unitVector(Float32Array.from(vector as number[]));
  }
  throw bad(`vector must be ${EMBEDDING_LENGTH} finite numbers, or the base64 of as many little-endian float32.`);
}

function bad(text: string): LineError {
  return new LineError(text);
}
