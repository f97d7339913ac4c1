import type { Affine } from './geometry.js';
import type { RgbImage, Sampling } from './raster.js';

/** Samples one by one, whatever the map. @returns planar RGB, `[3, height, width]`, 0–255 */
export function sampleTurned({ source, map, offsets, width, height, border }: Sampling): Float32Array {
  const out = new Float32Array(3 * width * height);
  for (const dy of offsets) for (const dx of offsets) accumulate(source, map, dx, dy, out, width, height, border);
  const share = 1 / offsets.length ** 2;
  if (share < 1) for (let i = 0; i < out.length; i++) out[i] = (out[i] as number) * share;
  return out;
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
