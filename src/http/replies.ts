import { z } from 'zod';
import { type ErrorName, FaceSearchError, type Reason } from '../core/errors.js';
import type { Candidate } from '../gallery/gallery.js';

/** The body of every reply. `code` is a string; `extra_data` takes the place of `data` in one outcome of /search. */
export interface ReplyBody {
  data?: unknown;
  extra_data?: unknown;
  code: string;
  message?: string;
  /** Of every reply that is no success: its cause, a row of the table of errors. */
  reason?: Reason;
  /** Which of two photos is refused, 1 or 2. */
  photo?: number;
}

export function success<const Data>(data: Data): { data: Data; code: '200' } {
  return { data, code: '200' };
}

/**
 * The reply of the endpoints that either match or do not.
 * @throws FaceSearchError NOT_FOUND
 */
export function match(best: Candidate | undefined, threshold: number): { data: Candidate; code: '200' } {
  if (!best || best.similarity < threshold) throw new FaceSearchError('NOT_FOUND');
  return success(shown(best));
}

/** What a reply tells of a candidate. */
export function shown({ id, name, similarity }: Candidate): Candidate {
  return { id, name, similarity };
}

/** Schema of a success with such data. The example is what the documentation shows. */
export function successSchema<Data extends z.ZodType>(data: Data, example: z.input<Data>) {
  return z.strictObject({ data, code: z.literal('200') }).meta({ examples: [success(example)] });
}

/** Schema of a success that says one text. */
export function doneSchema<const Text extends string>(text: Text) {
  return successSchema(z.literal(text), text);
}

/** An example that is the same user, so that the endpoints can be tried one after the other. */
export const exampleUser = { id: 'anna', name: 'Anna Nguyễn' };

export const candidateSchema = z.strictObject({
  id: z.string(),
  name: z.string(),
  similarity: z.number().min(0).max(1),
});

export const matchSchema = successSchema(candidateSchema, { ...exampleUser, similarity: 0.93 });

/** Those that an endpoint may answer which asks for a live face, where LIVENESS is `refuse`. */
export const livenessErrors = ['NOT_LIVE', 'LIVENESS_UNAVAILABLE'] as const satisfies ErrorName[];

/** Rows of the table of errors that an endpoint may answer which looks at a whole photo, not at the crop of a face. */
export const photoErrors = ['NO_FACE', 'MANY_FACES', 'NOT_FULL_FACE', 'ID_CARD'] as const satisfies ErrorName[];
