import { createHash } from 'node:crypto';

/** Those with the smallest are chosen, compared as text: always the same, however many others come and go. */
export function choiceHash(tenant: string, collection: string, userId: string): string {
  return createHash('sha256').update(`${tenant}\n${collection}\n${userId}`).digest('hex');
}
