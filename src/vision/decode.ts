import sharp, { type Sharp } from 'sharp';
import { MAX_IMAGE_BYTES } from './face-analyser.js';
import type { RgbImage } from './raster.js';
import { Refusal } from './refusal.js';

/** "Around" 640x480: how much smaller a photo may be, as a fraction. */
const RESOLUTION_TOLERANCE = 0.1;

export interface DecodeLimits {
  /** Smallest photo accepted, in pixels, in either orientation; null accepts every size. */
  minResolution: { width: number; height: number } | null;
  /** Largest decoded photo accepted, in pixels (width · height). */
  maxPixels: number;
}

// A worker decodes one photo at a time and never the same one twice.
sharp.cache(false);
sharp.concurrency(1);

export interface DecodedImage extends RgbImage {
  /** How much smaller than the photo each side is: 1, 2, 4 or 8. */
  shrink: number;
}

/**
 * Decodes a JPEG or PNG (told from its bytes) to upright 8-bit sRGB; transparency becomes white.
 * @param leastSide a JPEG may come out at a half, a quarter or an eighth of its size, which is decoded much faster, as long as
 * its longer side keeps so many pixels
 * @throws Refusal BAD_INPUT for another format, a damaged file, more than 5 MB, too many or too few pixels
 */
export async function decode(
  bytes: Uint8Array,
  limits: DecodeLimits,
  leastSide = Number.POSITIVE_INFINITY,
): Promise<DecodedImage> {
  if (bytes.length > MAX_IMAGE_BYTES) throw new Refusal('BAD_INPUT', 'image-size', { field: 'The image' });
  if (!isJpeg(bytes) && !isPng(bytes)) {
    throw new Refusal('BAD_INPUT', 'image-format');
  }
  const { width, height } = await readSize(bytes);
  if (width * height > limits.maxPixels) {
    throw new Refusal('BAD_INPUT', 'image-pixels');
  }
  checkResolution(width, height, limits.minResolution);
  const shrink = isJpeg(bytes) ? shrinkFor(Math.max(width, height), leastSide) : 1;
  try {
    const upright = open(bytes).autoOrient();
    const image = shrink === 1 ? upright : upright.resize(...shrunk(width, height, shrink), { fit: 'fill' });
    const { data, info } = await image
      .toColourspace('srgb')
      .flatten({ background: '#ffffff' })
      .raw({ depth: 'uchar' })
      .toBuffer({ resolveWithObject: true });
    if (info.channels === 3) return { width: info.width, height: info.height, data, shrink };
    throw new Error(`decoded to ${info.channels} channels`);
  } catch {
    throw damaged();
  }
}

function open(bytes: Uint8Array): Sharp {
  // The pixel cap is checked above, on the header; sharp's own limit would answer with the text of a damaged file.
  return sharp(bytes, { limitInputPixels: false, failOn: 'error', sequentialRead: true });
}

async function readSize(bytes: Uint8Array): Promise<{ width: number; height: number }> {
  try {
    const { autoOrient } = await open(bytes).metadata();
    return autoOrient;
  } catch {
    throw damaged();
  }
}

function shrinkFor(longerSide: number, leastSide: number): number {
  return [8, 4, 2].find((shrink) => longerSide >= leastSide * shrink) ?? 1;
}

/** Rounded down: asked for a pixel more, libjpeg would be told to shrink by half as much. */
function shrunk(width: number, height: number, shrink: number): [width: number, height: number] {
  return [Math.max(1, Math.floor(width / shrink)), Math.max(1, Math.floor(height / shrink))];
}

function damaged(): Refusal {
  return new Refusal('BAD_INPUT', 'image-damaged');
}

function checkResolution(width: number, height: number, min: DecodeLimits['minResolution']): void {
  if (!min) return;
  const least = 1 - RESOLUTION_TOLERANCE;
  const longEnough = Math.max(width, height) >= Math.max(min.width, min.height) * least;
  const wideEnough = Math.min(width, height) >= Math.min(min.width, min.height) * least;
  if (longEnough && wideEnough) return;
  throw new Refusal('BAD_INPUT', 'image-resolution', { width, height, leastWidth: min.width, leastHeight: min.height });
}

function isJpeg(bytes: Uint8Array): boolean {
  return bytes[0] === 0xff && bytes[1] === 0xd8 && bytes[2] === 0xff;
}

const PNG_SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];

function isPng(bytes: Uint8Array): boolean {
  return PNG_SIGNATURE.every((byte, i) => bytes[i] === byte);
}
