import sharp from 'sharp';
import type { Box } from './geometry.js';
import type { ImagePyramid } from './image-pyramid.js';

/** Side of the square around the face, in its longer sides: head, shoulders, and room for another detector's idea of a face. */
const AROUND_FACE = 2.5;

/** Longest side of a crop in pixels: a face of some 200 pixels, twice what embedders look at. */
const MAX_SIDE = 512;

/** Near lossless for a network's eyes, in 50 to 100 kB. */
const JPEG = { quality: 95, chromaSubsampling: '4:4:4' } as const;

/** Value of what lies outside the photo; the square ends at its edges, so nearly nothing. */
const BORDER = 127;

/**
 * What is kept of a photo where the photo itself is not to be kept: the face with a margin, upright, from which it can be embedded
 * again.
 * @param box the face's, in pixels of the photo
 * @returns a JPEG
 */
export async function cropAround(photo: ImagePyramid, box: Box): Promise<Buffer> {
  const { image } = photo;
  const side = AROUND_FACE * Math.max(box.width, box.height);
  const left = Math.max(0, box.x + box.width / 2 - side / 2);
  const top = Math.max(0, box.y + box.height / 2 - side / 2);
  const right = Math.min(image.width, box.x + box.width / 2 + side / 2);
  const bottom = Math.min(image.height, box.y + box.height / 2 + side / 2);
  const step = Math.max(1, Math.max(right - left, bottom - top) / MAX_SIDE);
  const width = Math.max(1, Math.floor((right - left) / step));
  const height = Math.max(1, Math.floor((bottom - top) / step));
  const planar = photo.sample({ a: step, b: 0, c: 0, d: step, tx: left, ty: top }, width, height, BORDER);
  const pixels = new Uint8Array(3 * width * height);
  for (let i = 0; i < width * height; i++) {
    for (let c = 0; c < 3; c++) pixels[3 * i + c] = Math.round(planar[c * width * height + i] as number);
  }
  return sharp(pixels, { raw: { width, height, channels: 3 } })
    .jpeg(JPEG)
    .toBuffer();
}
