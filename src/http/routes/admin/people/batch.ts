import { z } from 'zod';
import type { BatchOutcome } from '../../../../gallery/people-editor.js';
import { name, whole } from '../fields.js';

/** Users that one request may change. */
const MAX_USERS = 200;

/** Id of a user, in a body. */
export const userId = name.min(1, 'must not be empty').describe('Id of the user within the collection.');

export const userIds = (most = MAX_USERS) =>
  z
    .array(userId, 'must be a list of ids')
    .min(1, 'must not be empty')
    .max(most, `must hold at most ${most} ids`)
    .describe(`Ids of users, at most ${most}.`);

/** What came of a change of several users. */
export const batch = {
  done: whole.describe('Users that were changed.'),
  failed: z
    .array(z.strictObject({ id: z.string(), reason: z.string(), message: z.string() }))
    .describe('The others, each with the reason. They did not stop the rest.'),
};

export function shownBatch({ done, failed }: BatchOutcome) {
  return {
    done: done.length,
    failed: failed.map(({ id, error: { reason, message } }) => ({ id, reason, message })),
  };
}
