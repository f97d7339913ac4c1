import type { CollectionRef, User } from './people/people-store.js';

/** When somebody was seen on one day. */
export interface Presence {
  first: Date;
  last: Date;
}

/** A line of the list of one day. */
export interface AttendanceLine extends Presence {
  user: User;
}

/**
 * Who was seen on which day, first and last. Rows refer to users by number: they hold no id or name, and go with the user.
 * A day is text, `2027-01-31`; whoever writes knows the time zone.
 */
export interface AttendanceStore {
  /** @returns what is known of this day now; undefined where there is no such user */
  seen(collection: CollectionRef, userId: string, day: string, at: Date): Promise<Presence | undefined>;

  /** Lines in the order in which people came, and how many there are in all. */
  list(
    collection: CollectionRef,
    day: string,
    page: { offset: number; limit: number },
  ): Promise<{ total: number; lines: AttendanceLine[] }>;

  /** Erases the days before one, of all tenants. @returns how many lines */
  forgetBefore(day: string): Promise<number>;
}
