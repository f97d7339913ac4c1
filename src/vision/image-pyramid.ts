import type { Affine } from './geometry.js';
import type { RgbImage } from './raster.js';
import { sampleTurned } from './sample-turned.js';
import { sampleUpright } from './sample-upright.js';

/**
 * An image with its halvings (L. Williams, "Pyramidal Parametrics", SIGGRAPH 1983), made when first asked for, so that
 * a face of any size is reduced to a network's input without aliasing and at a cost that does not grow with the face.
 */
export class ImagePyramid {
  private readonly levels: RgbImage[];

  constructor(readonly image: RgbImage) {
    this.levels = [image];
  }

  /**
   * Resamples a part of the image: from the level that is at most twice too fine, by the mean of 2x2 bilinear samples
   * for each pixel when reducing and by one bilinear sample when enlarging.
   * @param toImage maps the output raster to the image, both in continuous pixel coordinates
   * @param border value 0–255 of everything outside the image
   * @returns planar RGB, `[3, height, width]`, 0–255
   */
  sample(toImage: Affine, width: number, height: number, border: number): Float32Array {
    const step = Math.sqrt(Math.abs(toImage.a * toImage.d - toImage.b * toImage.c));
    const depth = Math.max(0, Math.floor(Math.log2(step)));
    const source = this.level(depth);
    // Coordinates of the level; the half pixel makes sample centres integers.
    const shrink = 1 / 2 ** depth;
    const map: Affine = {
      a: toImage.a * shrink,
      b: toImage.b * shrink,
      c: toImage.c * shrink,
      d: toImage.d * shrink,
      tx: toImage.tx * shrink - 0.5,
      ty: toImage.ty * shrink - 0.5,
    };
    const sampling = { source, map, offsets: step > 1 ? [0.25, 0.75] : [0.5], width, height, border };
    return map.b === 0 && map.c === 0 ? sampleUpright(sampling) : sampleTurned(sampling);
  }

  /** Never halves an image below one pixel a side. */
  private level(depth: number): RgbImage {
    for (let k = this.levels.length; k <= depth; k++) this.levels.push(halve(this.levels[k - 1] as RgbImage));
    return this.levels[depth] as RgbImage;
  }
}

/** Mean of 2x2 pixels; an odd last row or column is paired with itself. */
function halve({ width, height, data }: RgbImage): RgbImage {
  const halfWidth = Math.max(1, (width + 1) >> 1);
  const halfHeight = Math.max(1, (height + 1) >> 1);
  const half = new Uint8Array(halfWidth * halfHeight * 3);
  const pitch = 3 * width;
  let o = 0;
  for (let y = 0; y < halfHeight; y++) {
    let p = 2 * y * pitch;
    let q = Math.min(2 * y + 1, height - 1) * pitch;
    for (let x = 0; x < halfWidth; x++, o += 3, p += 6, q += 6) {
      const right = 2 * x + 1 < width ? 3 : 0;
      const [pr, qr] = [p + right, q + right];
      half[o] = mean(data[p], data[pr], data[q], data[qr]);
      half[o + 1] = mean(data[p + 1], data[pr + 1], data[q + 1], data[qr + 1]);
      half[o + 2] = mean(data[p + 2], data[pr + 2], data[q + 2], data[qr + 2]);
    }
  }
  return { width: halfWidth, height: halfHeight, data: half };
}

function mean(a = 0, b = 0, c = 0, d = 0): number {
  return (a + b + c + d + 2) >> 2;
}
