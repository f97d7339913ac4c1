import type { Centres } from '../scoring/cohort.js';
import type { ScalePoint } from '../scoring/similarity.js';
import { calibrateGallery, ratesUnder, stricter } from './calibrate-gallery.js';
import { GOOD_PEOPLE } from './gallery-person.js';
import { centresVersion, type OwnScale } from './own-scale.js';
import type { GalleryPeople } from './read-people.js';
import type { Suspect } from './suspects.js';

/** What a scale is made of. */
export interface ScaleMaterial extends GalleryPeople {
  centres: Centres | undefined;
  /** Corners of the model's own scale. */
  ofModel: readonly ScalePoint[];
}

/**
 * The scale of the gallery's own people. Two million pairs take about half a minute of one core.
 * @throws TooFewPeopleError; OperatorError when their scores make no scale
 */
export function makeOwnScale({ tenants, all, centres, ofModel }: ScaleMaterial): {
  own: OwnScale;
  suspects: Suspect[];
} {
  const found = calibrateGallery(tenants, centres);
  const { curve, suspects, ...counts } = found;
  const own: OwnScale = {
    ...counts,
    // Of a few people a lower score may be chance, and would let strangers in.
    points: found.people < GOOD_PEOPLE ? stricter(found.points, ofModel) : found.points,
    centres: centresVersion(centres),
    galleryPeople: all,
    suspects: suspects.length,
    measuredTo: curve.measuredTo,
    start: curve.start,
    slope: curve.slope,
    before: ratesUnder(curve, ofModel),
  };
  return { own, suspects };
}
