import { EMBEDDING_LENGTH } from '../../core/embedding.js';
import { FaceSearchError, type ReasonOf } from '../../core/errors.js';
import { normalised } from '../../core/unit-vector.js';
import { MAX_IMAGE_BYTES } from '../../vision/face-analyser.js';
import type { Part } from '../plugins/multipart.js';
import { decodeBase64 } from './base64.js';

/** One field of a form: its check, its type and its documentation. The example is what a viewer begins with. */
export type Field = {
  description: string;
  required?: true;
  example?: string | number;
} /** `inQuery`: read from the query where the body has none. */ & (
  | { kind: 'text'; default?: string; inQuery?: true }
  | { kind: 'flag' }
  | { kind: 'similarity'; default?: number }
  | { kind: 'vector' }
  | { kind: 'image'; fileOnly?: true }
  /** Several images of one name, or of another. */
  | { kind: 'images'; most: number; alias: string }
);

/** The fields of one endpoint by name, in the order in which missing ones are reported. */
export type FormSpec = Record<string, Field>;

interface KindValues {
  text: string;
  /** False when absent. */
  flag: boolean;
  /** 0–1. */
  similarity: number;
  vector: VectorField;
  image: ImageField;
  /** Empty ones are left out; of more than `most`, one more without its bytes. */
  images: ImageField[];
}

type ValueOf<F extends Field> =
  | KindValues[F['kind']]
  | (F extends { required: true } | { kind: 'flag' | 'images' } | { default: string | number } ? never : undefined);

export type FormValues<Spec extends FormSpec> = { [Name in keyof Spec]: ValueOf<Spec[Name]> };

/** An image as it was sent. It is looked at last, so what is wrong with it shows only when its bytes are asked for. */
export interface ImageField {
  /** @throws FaceSearchError BAD_INPUT when it is over 5 MiB, or not base64 where it came as text */
  bytes(): Buffer;
}

/** A vector as it was sent; like an image, it is looked at after the user. */
export interface VectorField {
  /**
   * 512 float32, L2-normalised.
   * @throws FaceSearchError BAD_INPUT
   */
  numbers(): Float32Array;
}

/** 5 MiB in base64 are 6.7 MiB, and line breaks after every 64 characters add 3 %. */
const maxBase64Bytes = 8 * 1024 * 1024;
const maxVectorBytes = 256 * 1024;
const maxTextBytes = 8 * 1024;
/** Characters of a text at most. */
export const maxTextCharacters = 1024;

/** JSON schemas of the kinds. Vectors travel as text, so their format is the one thing that tells them from it. */
const schemas = {
  text: { type: 'string', maxLength: maxTextCharacters },
  flag: { type: 'boolean', default: false },
  similarity: { type: 'number', minimum: 0, maximum: 1 },
  vector: { type: 'string', format: 'json' },
  image: { type: 'string', format: 'binary' },
  images: { type: 'array', items: { type: 'string', format: 'binary' } },
} as const satisfies Record<Field['kind'], object>;

/** What the documentation says of a field. */
export function fieldSchema(field: Field): Record<string, unknown> {
  const { kind, description, example } = field;
  return {
    ...schemas[kind],
    ...(kind === 'images' && { minItems: field.most, maxItems: field.most }),
    description,
    ...('default' in field && { default: field.default }),
    ...(example !== undefined && { example }),
  };
}

/** Bytes to keep of a field's part; undefined for one part too many, which is skipped. @param before parts of the field before it */
export function limitOf(field: Field, isFile: boolean, before: number): number | undefined {
  const most = field.kind === 'images' ? field.most : 1;
  // Of images one more is noted, without its bytes.
  if (before >= most) return field.kind === 'images' && before === most ? 0 : undefined;
  if (field.kind === 'image' || field.kind === 'images') return isFile ? MAX_IMAGE_BYTES : maxBase64Bytes;
  return field.kind === 'vector' ? maxVectorBytes : maxTextBytes;
}

/** No part, or one with nothing in it: no bytes, a pair of quotes, or white space where that means nothing. */
export function isMissing(field: Field, part: Part | undefined): boolean {
  if (!part) return true;
  if (part.tooLarge || part.bytes.length > 64) return false;
  const text = part.bytes.toString('latin1');
  return unquote(field.kind === 'text' ? text : text.trim()) === '';
}

/**
 * The value of a field whose part is not missing.
 * @throws FaceSearchError BAD_INPUT
 */
export function parseField(
  name: string,
  field: Exclude<Field, { kind: 'images' }>,
  part: Part,
): KindValues[Exclude<Field['kind'], 'images'>] {
  if (field.kind === 'image') return { bytes: () => readImage(name, part, field.fileOnly === true) };
  if (field.kind === 'vector') return { numbers: () => parseVector(name, part) };
  if (part.tooLarge) throw bad('text-length', name);
  const text = decodeUtf8(name, part.bytes);
  if (field.kind === 'text') return parseText(name, unquote(text));
  const value = unquote(text.trim()).trim();
  if (field.kind === 'flag') return parseFlag(value);
  return parseSimilarity(name, value);
}

/** Those of the parts that are not empty. */
export function parseImages(name: string, parts: readonly Part[]): ImageField[] {
  return parts
    .filter(({ tooLarge, bytes }) => tooLarge || bytes.length > 0)
    .map((part) => ({ bytes: () => readImage(name, part, false) }));
}

/** The value inside one pair of double quotes, which careless clients put around it. */
export function unquote(text: string): string {
  return text.length >= 2 && text.startsWith('"') && text.endsWith('"') ? text.slice(1, -1) : text;
}

/**
 * An id or a name, kept to the letter.
 * @throws FaceSearchError BAD_INPUT for more than 1,024 characters, and for the NUL that databases cannot hold
 */
export function parseText(name: string, text: string): string {
  if (text.includes('\0')) throw bad('text-nul', name);
  if (text.length > maxTextCharacters && [...text].length > maxTextCharacters) throw bad('text-length', name);
  return text;
}

/** Characters that nobody sees, so that two ids which look the same are two people. */
const invisible = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/u;

/** Whether a text has control, zero-width, BOM or other characters that nobody sees. */
export function hasInvisible(text: string): boolean {
  return invisible.test(text);
}

function parseFlag(value: string): boolean {
  return value === '1' || value.toLowerCase() === 'true';
}

function parseSimilarity(name: string, value: string): number {
  const number = /^(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i.test(value) ? Number(value) : Number.NaN;
  if (!(number >= 0 && number <= 1)) throw bad('threshold-range', name);
  return number;
}

function parseVector(name: string, part: Part): Float32Array {
  if (part.tooLarge) throw bad('vector-format', name);
  const value = unquote(decodeUtf8(name, part.bytes).trim()).trim();
  let numbers: unknown;
  try {
    numbers = JSON.parse(value);
  } catch {
    throw bad('vector-format', name);
  }
  if (!Array.isArray(numbers) || numbers.length !== EMBEDDING_LENGTH || !numbers.every(Number.isFinite))
    throw bad('vector-format', name);
  const vector = normalised(numbers as number[]);
  if (!vector) throw bad('vector-format', name);
  return vector;
}

function readImage(name: string, part: Part, fileOnly: boolean): Buffer {
  if (fileOnly && !part.isFile) throw bad('image-as-text', name);
  if (part.tooLarge) throw bad('image-size', name);
  if (part.isFile) return part.bytes;
  return imageOfText(name, unquote(part.bytes.toString('latin1').trim()));
}

/**
 * An image that came in base64.
 * @throws FaceSearchError BAD_INPUT when it is not base64 or over 5 MiB
 */
export function imageOfText(name: string, text: string): Buffer {
  const bytes = decodeBase64(text);
  if (!bytes?.length) throw bad('image-base64', name);
  if (bytes.length > MAX_IMAGE_BYTES) throw bad('image-size', name);
  return bytes;
}

// A replaced character would make two different ids one.
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** @throws FaceSearchError BAD_INPUT */
export function decodeUtf8(name: string, bytes: Buffer): string {
  try {
    return utf8.decode(bytes);
  } catch {
    throw bad('text-encoding', name);
  }
}

function bad(reason: ReasonOf<'BAD_INPUT'>, field: string): FaceSearchError {
  return new FaceSearchError('BAD_INPUT', reason, { field, most: maxTextCharacters });
}
