import type { DecodedImage } from './decode.js';
import type { SizeOfFace } from './face-finder.js';
import { area, type Box } from './geometry.js';

/** "Around": how much narrower than the limit a face may be, as with the resolution. */
const FACE_WIDTH_TOLERANCE = 0.1;

/** A face at least so wide counts as a person even if it is too small to be embedded, in pixels of the photo. */
const MIN_COUNTED_WIDTH = 24;

/**
 * What a face counts as. A small one counts as a person; one that covers too little of the photo does not, for it stands in the
 * background.
 * @param box in pixels of the image
 * @param limits in pixels of the photo, and as a share of it; see VisionLimits
 */
export function sizeOfFace(
  box: Box,
  image: DecodedImage,
  { minFaceWidth, minFaceArea }: { minFaceWidth: number; minFaceArea: number },
): SizeOfFace {
  const width = box.width * image.shrink;
  if (area(box) < minFaceArea * image.width * image.height) return 'ignored';
  if (width >= minFaceWidth * (1 - FACE_WIDTH_TOLERANCE)) return 'full';
  return width >= MIN_COUNTED_WIDTH ? 'small' : 'ignored';
}
