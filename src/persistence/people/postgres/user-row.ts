import type { User } from '../people-store.js';

export interface PostgresUserRow {
  clientId: Buffer;
  name: Buffer;
}

/** A face that was deleted. */
export interface ErasedFaceRow {
  faceId: number;
  model: string;
  objectKey: string | null;
}

export function bytes(text: string): Buffer {
  return Buffer.from(text, 'utf8');
}

export function userOf({ clientId, name }: PostgresUserRow): User {
  return { id: clientId.toString('utf8'), name: name.toString('utf8') };
}
