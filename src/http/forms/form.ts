import type { FastifyRequest } from 'fastify';
import { FaceSearchError, type ReasonOf } from '../../core/errors.js';
import { type Part, readParts } from '../plugins/multipart.js';
import { type Field, type FormSpec, type FormValues, isMissing, limitOf, parseField } from './fields.js';

/**
 * Reads and checks a call's form: missing fields first, then the form of the others, in the spec's order.
 * Fields outside the spec are ignored.
 * @throws FaceSearchError MISSING, BAD_INPUT, BODY_TOO_LARGE, OVERLOADED before anything is read
 */
export async function readForm<const Spec extends FormSpec>(
  request: FastifyRequest,
  spec: Spec,
): Promise<FormValues<Spec>> {
  const fields = new Map(Object.entries<Field>(spec));
  request.admitBody([...fields.values()].some(({ kind }) => kind === 'image') ? 'photo' : 'plain');
  const parts = await readParts(request, (name, isFile) => {
    const field = fields.get(name);
    return field && limitOf(field, isFile);
  });
  for (const [name, field] of fields) {
    if (field.required && isMissing(field, parts.get(name)))
      throw new FaceSearchError('MISSING', `missing-${name}` as ReasonOf<'MISSING'>);
  }
  const values: Record<string, unknown> = {};
  for (const [name, field] of fields) values[name] = fieldValue(name, field, parts.get(name));
  noteSubject(request, values);
  return values as FormValues<Spec>;
}

/** Whose data the request is about, for the audit log. */
export function noteSubject(request: FastifyRequest, { collection, id }: Record<string, unknown>): void {
  request.subject = {
    ...(typeof collection === 'string' && { collection }),
    ...(typeof id === 'string' && { userId: id }),
  };
}

function fieldValue(name: string, field: Field, part: Part | undefined): unknown {
  if (part && !isMissing(field, part)) return parseField(name, field, part);
  if (field.kind === 'flag') return false;
  return 'default' in field ? field.default : undefined;
}
