/** With more photos the correction does not grow. */
const MAX_PHOTOS = 10;

export interface PersonScores {
  /** Of the person's face that looks most like the probe. */
  best: number;
  /** Of the mean of the person's faces; undefined for a person with one face. */
  template: number | undefined;
  /** Faces of the person, at least one. */
  photos: number;
}

/**
 * The score of a person: the mean of the best face's and the template's, less the advantage that more photos give to
 * strangers. Of several photos the best one is more like anybody than a single one is, so without the correction one
 * threshold would be a higher false match rate for people with more photos. One photo keeps its score.
 * @param slope how much the advantage grows with ten times as many photos
 */
export function personScore({ best, template = best, photos }: PersonScores, slope: number): number {
  return (best + template) / 2 - slope * Math.log10(Math.min(photos, MAX_PHOTOS));
}
