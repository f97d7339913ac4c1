import { FaceSearchError } from '../../core/errors.js';
import type { Part, PartLimit, Parts } from '../plugins/multipart.js';
import { decodeUtf8 } from './fields.js';

/**
 * The parts of a body that is JSON or urlencoded, as if it were a form of texts. Of several values with the same name the
 * first counts; in JSON the last, as its parser has it.
 * @throws FaceSearchError BAD_INPUT
 */
export function plainParts(mediaType: string, body: Buffer, limitOf: PartLimit): Parts {
  const text = decodeUtf8('The body', body);
  const parts: Parts = new Map();
  for (const [name, value] of mediaType === 'application/json' ? jsonFields(text) : urlencodedFields(text)) {
    const kept = parts.get(name) ?? [];
    const limit = limitOf(name, false, kept.length);
    if (limit !== undefined) parts.set(name, [...kept, textPart(value, limit)]);
  }
  return parts;
}

/** A text as a part of a form. */
export function textPart(text: string, limit = Number.POSITIVE_INFINITY): Part {
  const bytes = Buffer.from(text);
  const tooLarge = bytes.length > limit;
  return { bytes: tooLarge ? Buffer.alloc(0) : bytes, isFile: false, tooLarge };
}

function* jsonFields(text: string): Generator<[string, string]> {
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    throw new FaceSearchError('BAD_INPUT', 'json-malformed');
  }
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    throw new FaceSearchError('BAD_INPUT', 'field-value', { field: 'The body', fault: 'must be an object' });
  }
  for (const [name, value] of Object.entries(body)) {
    if (value === null) continue;
    // Rounded, it would be another id.
    if (typeof value === 'number' && Math.abs(value) > Number.MAX_SAFE_INTEGER) throw bad(name, 'must be a text');
    const text = typeof value === 'string' ? value : JSON.stringify(value);
    // Half a character has no UTF-8: two ids would become one.
    if (/\p{Surrogate}/u.test(text))
      throw new FaceSearchError('BAD_INPUT', 'text-encoding', { field: fieldName(name) });
    yield [name, text];
  }
}

function* urlencodedFields(text: string): Generator<[string, string]> {
  for (const pair of text.split('&')) {
    if (pair === '') continue;
    const at = pair.indexOf('=');
    const [name, value] = at < 0 ? [pair, ''] : [pair.slice(0, at), pair.slice(at + 1)];
    yield [decoded(name), decoded(value)];
  }
}

/** Unlike URLSearchParams, refuses what is no UTF-8. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    throw new FaceSearchError('BAD_INPUT', 'text-encoding', { field: 'The body' });
  }
}

function bad(name: string, fault: string): FaceSearchError {
  return new FaceSearchError('BAD_INPUT', 'field-value', { field: fieldName(name), fault });
}

/** A reply never repeats what was sent. */
function fieldName(name: string): string {
  return /^[a-z_]{1,20}$/.test(name) ? name : 'A field';
}
