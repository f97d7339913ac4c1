import type { Logger } from 'pino';
import type { AttendanceLine, AttendanceStore, Presence } from '../persistence/attendance.js';
import type { CollectionRef } from '../persistence/people/people-store.js';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

export interface AttendanceParts {
  store: AttendanceStore;
  /** For how many days lines are kept, at least 1. */
  days: number;
  /** IANA name; without one, that of the machine. */
  timeZone?: string | undefined;
  logger: Pick<Logger, 'info' | 'error'>;
}

/** Who was seen today, in the days of the site. Erases old days now and every hour. */
export class Attendance {
  readonly #parts: AttendanceParts;
  readonly #format: Intl.DateTimeFormat;
  readonly #timer: NodeJS.Timeout;
  #running: Promise<void>;

  constructor(parts: AttendanceParts) {
    this.#parts = parts;
    // Swedish dates are those of ISO 8601.
    this.#format = new Intl.DateTimeFormat('sv-SE', { timeZone: parts.timeZone, dateStyle: 'short' });
    this.#running = this.#sweep();
    this.#timer = setInterval(() => {
      this.#running = this.#running.then(() => this.#sweep());
    }, HOUR_MS).unref();
  }

  /** IANA name of the time zone that days are of. */
  get timeZone(): string {
    return this.#parts.timeZone ?? this.#format.resolvedOptions().timeZone;
  }

  /** Such as 2027-01-31. */
  dayOf(time: Date): string {
    return this.#format.format(time);
  }

  /** Undefined where the user is gone. */
  async seen(collection: CollectionRef, userId: string, at: Date): Promise<(Presence & { day: string }) | undefined> {
    const day = this.dayOf(at);
    const presence = await this.#parts.store.seen(collection, userId, day, at);
    return presence && { day, ...presence };
  }

  list(
    collection: CollectionRef,
    day: string,
    page: { offset: number; limit: number },
  ): Promise<{ total: number; lines: AttendanceLine[] }> {
    return this.#parts.store.list(collection, day, page);
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.#running;
  }

  async #sweep(): Promise<void> {
    const { store, days, logger } = this.#parts;
    try {
      const erased = await store.forgetBefore(this.dayOf(new Date(Date.now() - days * DAY_MS)));
      if (erased > 0) logger.info({ erased, days }, 'lines of the attendance list whose time was over are erased');
    } catch (err) {
      logger.error({ err, days }, 'cannot erase old lines of the attendance list; tried again in an hour');
    }
  }
}
