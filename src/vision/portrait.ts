import sharp from 'sharp';
import type { Box } from './geometry.js';
import type { ImagePyramid } from './image-pyramid.js';

/** Side of a portrait in pixels, for lists and cards: 5 to 10 kB. */
export const PORTRAIT_SIDE = 160;

/** Side of the square, in the longer sides of the face's box: the head with its hair. */
const AROUND_HEAD = 1.6;

/** How far above the middle of the face that of the square lies, in heights of the box: hair is higher than a chin is low. */
const ABOVE_FACE = 0.06;

const JPEG = { quality: 82 } as const;

/**
 * A small square picture of a face.
 * @param box the face's, in pixels of the photo; without one the middle of the photo is shown
 * @returns a JPEG, at most {@link PORTRAIT_SIDE} pixels wide and high
 */
export async function portraitOf(photo: ImagePyramid, box: Box | undefined): Promise<Buffer> {
  const { width, height } = photo.image;
  const most = Math.min(width, height);
  const side = box ? Math.min(most, AROUND_HEAD * Math.max(box.width, box.height)) : most;
  const [x, y] = box ? [box.x + box.width / 2, box.y + box.height * (0.5 - ABOVE_FACE)] : [width / 2, height / 2];
  // Within the photo, so that no border shows.
  const left = Math.min(Math.max(0, x - side / 2), width - side);
  const top = Math.min(Math.max(0, y - side / 2), height - side);
  const pixels = Math.max(1, Math.min(PORTRAIT_SIDE, Math.round(side)));
  const step = side / pixels;
  const planar = photo.sample({ a: step, b: 0, c: 0, d: step, tx: left, ty: top }, pixels, pixels, 127);
  const data = new Uint8Array(planar.length);
  for (let i = 0; i < pixels * pixels; i++) {
    for (let c = 0; c < 3; c++) data[3 * i + c] = Math.round(planar[c * pixels * pixels + i] as number);
  }
  return sharp(data, { raw: { width: pixels, height: pixels, channels: 3 } })
    .jpeg(JPEG)
    .toBuffer();
}
