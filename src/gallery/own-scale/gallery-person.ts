/** Somebody of a gallery, as a calibration takes part of them. */
export interface GalleryPerson {
  tenant: string;
  collection: string;
  /** Id of the user. */
  id: string;
  /** Embeddings of length 1, the oldest first; at least one, at most MAX_FACES. */
  faces: readonly Float32Array[];
}

/** Of each person. */
export const MAX_FACES = 5;

/** Of each tenant: two million pairs tell every rate that is counted. */
export const MAX_PEOPLE = 2000;

/** A tenant with fewer people takes no part: their scores are not yet those of a gallery. */
export const MIN_PEOPLE = 20;

/** With fewer people a calibration is rough. */
export const GOOD_PEOPLE = 100;
