import { type Box, boundingBox, mean, type Point } from '../geometry.js';
import type { Gate } from './gate.js';

/**
 * A face that takes more of the frame than this, in width and in height, fills it. Of development images, 95 % of crops
 * made around the face lie above, and 97 % of portraits that only cut hair lie below.
 */
const MAX_SHARE_OF_FRAME = 0.71;

/**
 * How far the face may reach beyond the frame before it counts as cut, as a fraction of its width or height: brows and chin, the
 * cheek of one side, and the brows, eyes, nose and mouth on that side. The points there are no better than 2 %. Of photos of
 * people at the edge of the picture, the cheek's 8 % pass every third that 3 % refused; none of the tight crops.
 */
const MAX_BEYOND_FRAME = 0.03;
const MAX_CHEEK_CUT = 0.08;
const MAX_FEATURE_CUT = 0.02;

/** Where the forehead ends above the brows, as a fraction of the way from chin to brows: the 68 points have none there. */
const FOREHEAD = 0.35;

/** How much of that way the frame may take from the forehead. Hair may be cut as it likes. */
const MAX_FOREHEAD_CUT = 0.12;

/** So many of the 68 points are the jaw's; brows, nose, eyes and mouth follow. */
const JAW = 17;

export const tooClose: Gate<'face', null> = {
  needs: null,
  refuses: 'NOT_FULL_FACE',
  reasons: ['too-close'],
  skippedBy: 'disableValidation',
  load:
    () =>
    ({ face: { box, outline }, picture }) => ({
      reason: isTooClose(box, outline, picture.image) ? 'too-close' : null,
    }),
};

/**
 * Whether the face itself, from forehead to chin, is cut by the frame or fills it.
 * @param box the detector's box
 * @param outline the 68 landmarks; empty when the pack finds none but the five alignment points
 * @param frame size of the photo in pixels
 */
export function isTooClose(box: Box, outline: readonly Point[], frame: { width: number; height: number }): boolean {
  if (outline.length === 0) return fills(box, frame) || beyondFrame(box, frame) > MAX_BEYOND_FRAME;
  const top = topOfForehead(outline);
  const chin = outline[8] as Point;
  const face = boundingBox([...outline, top]);
  const upright = Math.hypot(top.x - chin.x, top.y - chin.y) / (1 + FOREHEAD);
  const beyond = Math.max(-top.x, -top.y, top.x - frame.width, top.y - frame.height);
  return fills(face, frame) || isCut(outline, frame) || beyond > MAX_FOREHEAD_CUT * upright;
}

/** About where the hair begins, by the usual proportions of a face. */
export function topOfForehead(outline: readonly Point[]): Point {
  const brows = mean(outline.slice(17, 27));
  const chin = outline[8] as Point;
  return { x: brows.x + FOREHEAD * (brows.x - chin.x), y: brows.y + FOREHEAD * (brows.y - chin.y) };
}

function fills(face: Box, frame: { width: number; height: number }): boolean {
  return Math.min(face.width / frame.width, face.height / frame.height) > MAX_SHARE_OF_FRAME;
}

function isCut(outline: readonly Point[], frame: { width: number; height: number }): boolean {
  const face = boundingBox(outline);
  const features = boundingBox(outline.slice(JAW));
  return (
    beyondHeight(face, frame) > MAX_BEYOND_FRAME * face.height ||
    beyondWidth(face, frame) > MAX_CHEEK_CUT * face.width ||
    beyondWidth(features, frame) > MAX_FEATURE_CUT * face.width
  );
}

/** How far a box reaches beyond the frame, as a fraction of its own width or height. */
function beyondFrame(box: Box, frame: { width: number; height: number }): number {
  return Math.max(beyondWidth(box, frame) / box.width, beyondHeight(box, frame) / box.height);
}

function beyondWidth({ x, width }: Box, frame: { width: number }): number {
  return Math.max(-x, x + width - frame.width);
}

function beyondHeight({ y, height }: Box, frame: { height: number }): number {
  return Math.max(-y, y + height - frame.height);
}
