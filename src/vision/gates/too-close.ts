import { type Box, boundingBox, type Point } from '../geometry.js';
import type { Gate } from './gate.js';

/**
 * A face that covers more of the photo than this is too close. Of development images, faces of up to half the frame's
 * width stay below 0.46, and 97 % of crops that cut hair, chin or cheeks lie above 0.5.
 */
const MAX_FACE_AREA = 0.5;

/** How far the face may reach beyond the frame before it counts as cut, as a fraction of its width or height. */
const MAX_BEYOND_FRAME = 0.03;

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
 * Whether a photo shows too little around the face, or not all of it.
 * @param box the detector's box
 * @param points the face's outline and features; empty when the pack finds none but the five alignment points
 * @param frame size of the photo in pixels
 */
export function isTooClose(box: Box, points: readonly Point[], frame: { width: number; height: number }): boolean {
  if ((box.width * box.height) / (frame.width * frame.height) > MAX_FACE_AREA) return true;
  const face = points.length > 0 ? boundingBox(points) : box;
  const beyond = Math.max(
    -face.x / face.width,
    -face.y / face.height,
    (face.x + face.width - frame.width) / face.width,
    (face.y + face.height - frame.height) / face.height,
  );
  return beyond > MAX_BEYOND_FRAME;
}
