import { z } from 'zod';
import { FaceSearchError } from '../core/errors.js';
import { type UserPlace, type UserSort, userSorts } from '../persistence/people/user-pages.js';

const cursorSchema = z.tuple([z.enum(userSorts), z.int().min(0), z.string()]);

/** What a client sends back for the next page; its form is nobody else's business and may change. */
export function cursorOf({ userId, key }: UserPlace, sort: UserSort): string {
  return Buffer.from(JSON.stringify([sort, userId, key]), 'utf8').toString('base64url');
}

/** @throws FaceSearchError BAD_INPUT for what is no cursor of a list in this order */
export function placeAt(cursor: string, sort: UserSort): UserPlace {
  const parsed = cursorSchema.safeParse(decoded(cursor));
  if (!parsed.success || parsed.data[0] !== sort) {
    const fault = 'must be `next` of a page in the same order';
    throw new FaceSearchError('BAD_INPUT', 'field-value', { field: 'cursor', fault });
  }
  const [, userId, key] = parsed.data;
  return { userId, key };
}

function decoded(cursor: string): unknown {
  try {
    return JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
  } catch {
    return undefined;
  }
}
