import type { Affine } from './geometry.js';

/** 8-bit sRGB, interleaved: `data.length === width * height * 3`. */
export interface RgbImage {
  width: number;
  height: number;
  data: Uint8Array;
}

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
    const out = new Float32Array(3 * width * height);
    const offsets = step > 1 ? [0.25, 0.75] : [0.5];
    for (const dy of offsets) for (const dx of offsets) accumulate(source, map, dx, dy, out, width, height, border);
    if (offsets.length > 1) for (let i = 0; i < out.length; i++) out[i] = (out[i] as number) * 0.25;
    return out;
  }

  /** Never halves an image below one pixel a side. */
  private level(depth: number): RgbImage {
    for (let k = this.levels.length; k <= depth; k++) this.levels.push(halve(this.levels[k - 1] as RgbImage));
    return this.levels[depth] as RgbImage;
  }
}

/**
 * Adds one bilinear sample for each output pixel, taken `dx`, `dy` into the pixel. Written out channel by channel: with
 * an inner loop over three of them, sampling took 1.5 times as long.
 */
function accumulate(
  { data, width: sourceWidth, height: sourceHeight }: RgbImage,
  map: Affine,
  dx: number,
  dy: number,
  out: Float32Array,
  width: number,
  height: number,
  border: number,
): void {
  const { a, c } = map;
  const plane = width * height;
  const lastX = sourceWidth - 1;
  const lastY = sourceHeight - 1;
  for (let row = 0, red = 0; row < height; row++) {
    const startX = a * dx + map.b * (row + dy) + map.tx;
    const startY = c * dx + map.d * (row + dy) + map.ty;
    for (let column = 0; column < width; column++, red++) {
      const x = startX + a * column;
      const y = startY + c * column;
      const green = red + plane;
      const blue = green + plane;
      if (x <= -1 || y <= -1 || x >= sourceWidth || y >= sourceHeight) {
        out[red] = (out[red] as number) + border;
        out[green] = (out[green] as number) + border;
        out[blue] = (out[blue] as number) + border;
        continue;
      }
      // Coordinates are above -1, so that this is their floor; int32 indices are read faster than doubles.
      const floorX = ((x + 1) | 0) - 1;
      const floorY = ((y + 1) | 0) - 1;
      const fx = x - floorX;
      const fy = y - floorY;
      // Samples in the outermost half pixel repeat the edge.
      const x0 = floorX < 0 ? 0 : floorX;
      const x1 = floorX < lastX ? floorX + 1 : lastX;
      const top = (floorY < 0 ? 0 : floorY) * sourceWidth;
      const bottom = (floorY < lastY ? floorY + 1 : lastY) * sourceWidth;
      const w00 = (1 - fx) * (1 - fy);
      const w10 = fx * (1 - fy);
      const w01 = (1 - fx) * fy;
      const w11 = fx * fy;
      const i00 = ((top + x0) * 3) | 0;
      const i10 = ((top + x1) * 3) | 0;
      const i01 = ((bottom + x0) * 3) | 0;
      const i11 = ((bottom + x1) * 3) | 0;
      out[red] =
        (out[red] as number) +
        w00 * (data[i00] as number) +
        w10 * (data[i10] as number) +
        w01 * (data[i01] as number) +
        w11 * (data[i11] as number);
      out[green] =
        (out[green] as number) +
        w00 * (data[i00 + 1] as number) +
        w10 * (data[i10 + 1] as number) +
        w01 * (data[i01 + 1] as number) +
        w11 * (data[i11 + 1] as number);
      out[blue] =
        (out[blue] as number) +
        w00 * (data[i00 + 2] as number) +
        w10 * (data[i10 + 2] as number) +
        w01 * (data[i01 + 2] as number) +
        w11 * (data[i11 + 2] as number);
    }
  }
}

/** Mean of 2x2 pixels; an odd last row or column is paired with itself. */
function halve({ width, height, data }: RgbImage): RgbImage {
  const halfWidth = Math.max(1, (width + 1) >> 1);
  const halfHeight = Math.max(1, (height + 1) >> 1);
  const half = new Uint8Array(halfWidth * halfHeight * 3);
  let o = 0;
  for (let y = 0; y < halfHeight; y++) {
    let top = 2 * y * width * 3;
    let bottom = Math.min(2 * y + 1, height - 1) * width * 3;
    for (let x = 0; x < halfWidth; x++, o += 3, top += 6, bottom += 6) {
      const right = 2 * x + 1 < width ? 3 : 0;
      for (let c = 0; c < 3; c++) {
        half[o + c] =
          ((data[top + c] as number) +
            (data[top + right + c] as number) +
            (data[bottom + c] as number) +
            (data[bottom + right + c] as number) +
            2) >>
          2;
      }
    }
  }
  return { width: halfWidth, height: halfHeight, data: half };
}
