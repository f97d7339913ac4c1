import { z } from 'zod';
import { allow_id_card, disable_validation, only_largest_face } from '../../forms/common-fields.js';
import { maxTextCharacters, parseText } from '../../forms/fields.js';
import { exampleUser } from '../../replies.js';

/** What the endpoints under /admin/v1 take: members of queries and JSON bodies. Those outside them are ignored. */
export const string = () => z.string('must be one text');

/** An id or a name, to the letter, as the twelve endpoints take it. */
export const name = string()
  .superRefine((text, context) => {
    try {
      parseText('it', text);
    } catch {
      context.addIssue('must have at most 1,024 characters and no NUL');
    }
  })
  .meta({ maxLength: maxTextCharacters });

export const collection = name.default('').describe('Name of the collection.');

/** Of a query, where every value is text. */
export const count = (least: number, most: number, example?: string) =>
  string()
    .regex(/^\d{1,9}$/, 'must be a whole number')
    .meta({ ...(example !== undefined && { examples: [example] }) })
    .transform(Number)
    .pipe(z.number().min(least, `must be ${least} or more`).max(most, `must be at most ${most}`));

export const userQuery = z.object({
  collection,
  id: name
    .min(1, 'must not be empty')
    .describe('Id of the user within the collection.')
    .meta({ examples: [exampleUser.id] }),
});

export const faceParameter = z.object({ face: count(1, 999_999_999, '1') });

export const photo = string().min(1, 'must not be empty').describe('jpg or png in base64, at most 5 MB.');

export const flags = {
  allow_id_card: z.boolean().default(false).describe(allow_id_card.description),
  only_largest_face: z.boolean().default(false).describe(only_largest_face.description),
  disable_validation: z.boolean().default(false).describe(disable_validation.description),
};

/** Of a reply. The example stands for the largest number that there is, which viewers show otherwise. */
export const whole = z
  .int()
  .min(0)
  .meta({ examples: [1] });
export const share = z.number().min(0).max(1);

export const portrait = z
  .int()
  .min(1)
  .nullable()
  .describe('Number of a face with a picture at `/faces/:face/portrait`; null where no photo was kept.');

/** Of a query, with what holds without it. */
export const similarity = (given: string) =>
  string()
    .regex(/^(?:0?\.\d{1,6}|[01](?:\.0{0,6})?)$/, 'must be a number from 0 to 1')
    .default(given)
    .transform(Number);
