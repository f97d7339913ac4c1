import { z } from 'zod';
import { EMBEDDING_LENGTH } from '../../../core/embedding.js';
import { FaceSearchError, type Reason } from '../../../core/errors.js';
import { commonFields } from '../../forms/common-fields.js';
import { imageOfText, maxTextCharacters, parseText } from '../../forms/fields.js';

const string = () => z.string('must be one text');

/** An id or a name, to the letter, as the twelve calls take it. */
const name = string()
  .superRefine((text, context) => {
    try {
      parseText('it', text);
    } catch {
      context.addIssue('must have at most 1,024 characters and no NUL');
    }
  })
  .meta({ maxLength: maxTextCharacters });
const collection = name.default('').describe('Name of the collection.');
const id = name.min(1, 'must not be empty').describe('Id of the user within the collection.');
/** Of a query, where every value is text. */
const count = (least: number, most: number) =>
  string()
    .regex(/^\d{1,9}$/, 'must be a whole number')
    .transform(Number)
    .pipe(z.number().min(least, `must be ${least} or more`).max(most, `must be at most ${most}`));
const photo = string().min(1, 'must not be empty').describe('jpg or png in base64, at most 5 MB.');
const options = {
  allow_id_card: z.boolean().default(false).describe(commonFields.allow_id_card.description),
  only_largest_face: z.boolean().default(false).describe(commonFields.only_largest_face.description),
  disable_validation: z.boolean().default(false).describe(commonFields.disable_validation.description),
};

/** What the calls under /admin/v1 take: queries and JSON bodies. Members outside them are ignored. */
export const usersQuery = z.object({
  collection,
  search: name.default('').describe('Part of an id or a name; case and accents do not matter.'),
  offset: count(0, 999_999_999).default(0),
  limit: count(1, 200).default(50),
});
export const facesQuery = z.object({ collection, id });
export const faceParameter = z.object({ face: count(1, 999_999_999) });
export const candidatesBody = z
  .object({
    collection,
    photo: photo.optional(),
    vector: z.array(z.number()).length(EMBEDDING_LENGTH, `must have ${EMBEDDING_LENGTH} numbers`).optional(),
    k: z
      .int('must be a whole number')
      .min(1, 'must be 1 or more')
      .max(50, 'must be at most 50')
      .default(10)
      .describe('How many users at most.'),
    ...options,
  })
  .refine(({ photo, vector }) => (photo === undefined) !== (vector === undefined), {
    params: { reason: 'photo-or-vector' satisfies Reason },
  });
export const analyseBody = z.object({ photo, ...options });

/**
 * Checks a query or a body. The message names what is wrong and never repeats what was given.
 * @throws FaceSearchError BAD_INPUT
 */
export function checked<T>(schema: z.ZodType<T>, given: unknown): T {
  const parsed = schema.safeParse(given ?? {});
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const path = issue?.path.join('.') ?? '';
  if (issue?.code === 'custom' && issue.params?.reason === ('photo-or-vector' satisfies Reason))
    throw new FaceSearchError('BAD_INPUT', 'photo-or-vector');
  const fault = issue?.message ?? 'is not valid';
  throw new FaceSearchError('BAD_INPUT', 'field-value', { field: path || 'The body', fault });
}

/**
 * The bytes of a photo that came in base64.
 * @throws FaceSearchError BAD_INPUT
 */
export function photoOf(text: string): Buffer {
  return imageOfText('photo', text);
}
