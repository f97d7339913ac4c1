import type { CollectionRef, PeopleStore } from '../persistence/people/people-store.js';
import type { DuplicateFinding, RankedCandidate } from './gallery.js';

/**
 * How many of the most similar users are looked at. A user who is not among them has several people between himself and the face,
 * and is taken for one who does not match it.
 */
export const LOOKED_AT = 5;

/**
 * Whom a face shows, if that is not the user whom it is added to. A face that matches this user is none of somebody else's,
 * also where it matches others, such as twins, as well.
 * @param ranked the most similar users, at most {@link LOOKED_AT}
 * @param hasFaces whether the user has faces already
 */
export function findingOf(
  ranked: readonly RankedCandidate[],
  userId: string,
  hasFaces: boolean,
  threshold: number,
): DuplicateFinding | undefined {
  const own = ranked.find(({ id }) => id === userId);
  if (own && own.similarity >= threshold) return undefined;
  const other = ranked.find(({ id }) => id !== userId);
  if (!other || other.similarity < threshold) return undefined;
  return { ...other, kind: own || hasFaces ? 'other-person' : 'known-person' };
}

/** Whether a user has faces that are compared. */
export async function hasFacesOf(
  store: Pick<PeopleStore, 'facesOfUser'>,
  collection: CollectionRef,
  userId: string,
  model: string,
): Promise<boolean> {
  return (await store.facesOfUser(collection, userId)).some((face) => face.model === model);
}
