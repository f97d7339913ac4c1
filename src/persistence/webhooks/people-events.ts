import type { CollectionRef } from '../people/people-store.js';
import type { NewEvent } from './webhook-store.js';

/** What was deleted of a collection: one face, the faces of a user, the user, or all of it. */
export interface Deleted {
  what: 'face' | 'faces' | 'user' | 'collection';
  id?: string;
  face?: number;
  /** The user's time was over; nobody asked. */
  retention?: true;
  /** Id of the user who has the faces now. */
  into?: string;
}

/** What was changed of a user. */
export type Changed =
  | { what: 'renamed'; id: string; to: string }
  | { what: 'merged'; id: string; from: string[] }
  | { what: 'moved' | 'copied'; id: string; to: string }
  | { what: 'restored'; id: string };

/** A face of a user was added. @param isNew a search created the user */
export function enrolledEvent({ tenant, collection }: CollectionRef, id: string, isNew: boolean): NewEvent {
  return { tenant, type: 'enrolled', data: { collection, id, new: isNew } };
}

export function deletedEvent({ tenant, collection }: CollectionRef, deleted: Deleted): NewEvent {
  return { tenant, type: 'deleted', data: { collection, ...deleted } };
}

/** @param collection where the user was before */
export function changedEvent({ tenant, collection }: CollectionRef, changed: Changed): NewEvent {
  return { tenant, type: 'changed', data: { collection, ...changed } };
}
