import type { RgbImage } from './raster.js';

/** Share of the pixels that may become white. */
const CLIPPED = 0.01;

/** A photo whose bright pixels already reach this value, 0–255, is left alone. */
const BRIGHT_ENOUGH = 170;

/**
 * The photo with its brightness stretched so that its brightest hundredth becomes white: what auto levels does in a
 * photo editor, by one factor for all channels, so that colours stay.
 * @returns undefined when the photo is bright enough, or black
 */
export function stretchContrast({ width, height, data }: RgbImage): RgbImage | undefined {
  const histogram = new Uint32Array(256);
  for (const value of data) histogram[value] = (histogram[value] as number) + 1;
  let white = 255;
  for (let above = 0; white > 0; white--) {
    above += histogram[white] as number;
    if (above > CLIPPED * data.length) break;
  }
  if (white === 0 || white >= BRIGHT_ENOUGH) return undefined;
  const stretched = Uint8Array.from({ length: 256 }, (_, value) => Math.min(255, Math.round((value * 255) / white)));
  return { width, height, data: data.map((value) => stretched[value] as number) };
}
