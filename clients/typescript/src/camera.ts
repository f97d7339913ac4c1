import { base64Of, type Http, withQuery } from './http.js';
import type { Analysis, Box, Candidate, InCollection, Photo, User } from './types.js';

export interface Recognition {
  /** `look-again` until enough looks agree; `refused` where the face is not live. */
  decision: 'recognised' | 'unknown' | 'look-again' | 'refused';
  person: Candidate | null;
  /** The first time in this passage: webhooks were told. */
  isNews: boolean;
  passage: string;
  /** Looks that voted, and how many must. */
  looks: number;
  needed: number;
  /** What the person should do, such as `closer`. */
  hint: string | null;
  /** The face in the newest photo, and the size of the photo. */
  face: { box: Box; width: number; height: number } | null;
  liveness: number | null;
  refusal: Analysis['refusal'];
  /** What the person is asked to do, such as `turn-left`; `left` in milliseconds. */
  challenge: { step: string | null; done: number; of: number; left: number } | null;
  /** Where the list was written. */
  attendance: { day: string; first: string; last: string } | null;
}

export interface Attendance {
  day: string;
  timeZone: string;
  /** Lines on all pages. */
  total: number;
  lines: (User & { first: string; last: string })[];
}

interface OfDay extends InCollection {
  /** Such as `2027-01-31`; today without it. */
  day?: string;
}

/** Recognises people before a camera, and tells who came. */
export class Camera {
  readonly #http: Http;

  constructor(http: Http) {
    this.#http = http;
  }

  /**
   * Who stands before the camera.
   * @param given `photos` are 1 to 5 in their order; `passage` is the name of the passage that they go on with, 8 to 64
   * characters; `looks` (3 without it) of them must agree; `attendance` writes the list
   */
  async recognise({
    photos,
    ...given
  }: InCollection & {
    photos: readonly Photo[];
    passage?: string;
    looks?: number;
    threshold?: number;
    challenge?: boolean;
    attendance?: boolean;
  }): Promise<Recognition> {
    const body = { ...given, photos: await Promise.all(photos.map(base64Of)) };
    return (await this.#http.json('POST', '/admin/v1/recognise', body)).data as Recognition;
  }

  /** Who was seen on a day, in the order in which they came; at most 1,000 at once. */
  async attendance(given: OfDay & { offset?: number; limit?: number } = {}): Promise<Attendance> {
    return (await this.#http.json('GET', withQuery('/admin/v1/attendance', { ...given }))).data as Attendance;
  }

  /** The whole day as CSV, or XLSX, with the times of the site. */
  attendanceFile({ collection, day, format = 'csv' }: OfDay & { format?: 'csv' | 'xlsx' } = {}): Promise<Blob> {
    const type = format === 'csv' ? 'text/csv' : 'application/vnd.openxmlformats';
    return this.#http.bytes(withQuery('/admin/v1/attendance/file', { collection, day, format }), type);
  }
}
