import sharp, { type Sharp } from 'sharp';
import type { Affine } from '../../src/vision/geometry.js';
import type { RgbImage } from '../../src/vision/raster.js';

/** An image painted by a function of the pixel's column and row. */
export function paint(
  width: number,
  height: number,
  colour: (x: number, y: number) => [number, number, number],
): RgbImage {
  const data = new Uint8Array(width * height * 3);
  for (let y = 0; y < height; y++) for (let x = 0; x < width; x++) data.set(colour(x, y), (y * width + x) * 3);
  return { width, height, data };
}

/** Four quarters: red, green / blue, white. */
export function quarters(width: number, height: number): RgbImage {
  return paint(width, height, (x, y) => {
    if (y < height / 2) return x < width / 2 ? [255, 0, 0] : [0, 255, 0];
    return x < width / 2 ? [0, 0, 255] : [255, 255, 255];
  });
}

export function toSharp({ width, height, data }: RgbImage): Sharp {
  return sharp(data, { raw: { width, height, channels: 3 } });
}

export function pixel({ width, data }: RgbImage, x: number, y: number): number[] {
  return Array.from(data.subarray((y * width + x) * 3, (y * width + x) * 3 + 3));
}

export function scaling(factor: number): Affine {
  return { a: factor, b: 0, c: 0, d: factor, tx: 0, ty: 0 };
}

export const noLimits = { minResolution: null, maxPixels: 50_000_000, minFaceWidth: 0, minFaceArea: 0 };
