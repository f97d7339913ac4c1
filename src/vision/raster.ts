import type { Affine } from './geometry.js';

/** 8-bit sRGB, interleaved: `data.length === width * height * 3`. */
export interface RgbImage {
  width: number;
  height: number;
  data: Uint8Array;
}

/** How a raster is made from an image: by the mean of bilinear samples at all pairs of offsets in each pixel. */
export interface Sampling {
  source: RgbImage;
  /** From the raster, in continuous coordinates, to the source, whose pixel centres are integers. */
  map: Affine;
  /** Where the samples of a pixel lie in it, along each side, 0–1, rising. */
  offsets: readonly number[];
  width: number;
  height: number;
  /** Value 0–255 of everything outside the source; samples in the outermost half pixel of the source repeat its edge. */
  border: number;
}
