import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { decode } from '../../src/vision/decode.js';
import { MAX_IMAGE_BYTES } from '../../src/vision/face-analyser.js';
import { paint, pixel, quarters, toSharp } from './images.js';

const limits = { minResolution: null, maxPixels: 50_000_000 };
const vga = { minResolution: { width: 640, height: 480 }, maxPixels: 50_000_000 };

function near(actual: number[], expected: number[]): void {
  for (const [i, value] of expected.entries()) expect(Math.abs((actual[i] as number) - value)).toBeLessThan(12);
}

describe('decode', () => {
  it.each([1, 2, 3, 4, 5, 6, 7, 8])('decode turns EXIF orientation %i upright', async (orientation) => {
    const upright = quarters(64, 48);
    const [right, bottom] = [63, 47];
    // Where each pixel of the stored picture comes from, by the EXIF 2.3 definition of the orientations.
    const origin: Record<number, (x: number, y: number) => [number, number]> = {
      1: (x, y) => [x, y],
      2: (x, y) => [right - x, y],
      3: (x, y) => [right - x, bottom - y],
      4: (x, y) => [x, bottom - y],
      5: (x, y) => [y, x],
      6: (x, y) => [right - y, x],
      7: (x, y) => [right - y, bottom - x],
      8: (x, y) => [y, bottom - x],
    };
    const [width, height] = orientation < 5 ? [64, 48] : [48, 64];
    const stored = paint(width, height, (x, y) => {
      const [column, row] = (origin[orientation] as (x: number, y: number) => [number, number])(x, y);
      return pixel(upright, column, row) as [number, number, number];
    });
    const bytes = await toSharp(stored).withMetadata({ orientation }).jpeg({ quality: 100 }).toBuffer();
    const image = await decode(bytes, limits);
    expect([image.width, image.height]).toEqual([64, 48]);
    near(pixel(image, 8, 8), [255, 0, 0]);
    near(pixel(image, 56, 8), [0, 255, 0]);
    near(pixel(image, 8, 40), [0, 0, 255]);
    near(pixel(image, 56, 40), [255, 255, 255]);
  });

  it('decode reads progressive, gray and CMYK JPEG, and palette, 16-bit, gray and transparent PNG as 8-bit RGB', async () => {
    const source = () => toSharp(paint(32, 32, () => [200, 60, 40]));
    const variants = {
      progressive: await source().jpeg({ progressive: true }).toBuffer(),
      cmyk: await source().toColourspace('cmyk').jpeg().toBuffer(),
      palette: await source().png({ palette: true }).toBuffer(),
      sixteen: await source().toColourspace('rgb16').png().toBuffer(),
      alpha: await source().ensureAlpha(1).png().toBuffer(),
    };
    for (const [name, bytes] of Object.entries(variants)) {
      const image = await decode(bytes, limits);
      expect(image.data.length, name).toBe(32 * 32 * 3);
      // CMYK goes through a device profile and comes back less exactly.
      const tolerance = name === 'cmyk' ? 40 : 6;
      for (const [i, value] of [200, 60, 40].entries()) {
        expect(Math.abs((pixel(image, 16, 16)[i] as number) - value), name).toBeLessThan(tolerance);
      }
    }
    const gray = await decode(await source().greyscale().jpeg().toBuffer(), limits);
    const [r, g, b] = pixel(gray, 16, 16);
    expect(r).toBe(g);
    expect(g).toBe(b);
    const clear = await decode(
      await sharp({ create: { width: 8, height: 8, channels: 4, background: { r: 0, g: 0, b: 0, alpha: 0 } } })
        .png()
        .toBuffer(),
      limits,
    );
    expect(pixel(clear, 4, 4)).toEqual([255, 255, 255]);
  });

  it('decode refuses what is no JPEG or PNG, judged by the bytes', async () => {
    const source = toSharp(quarters(64, 48));
    for (const bytes of [
      await source.clone().webp().toBuffer(),
      await source.clone().gif().toBuffer(),
      await source.clone().tiff().toBuffer(),
      Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="640" height="480"/>'),
      Buffer.from('hello'),
      Buffer.alloc(0),
    ]) {
      await expect(decode(bytes, limits)).rejects.toMatchObject({ errorName: 'BAD_INPUT', reason: 'image-format' });
    }
  });

  it('decode refuses a damaged file instead of searching for half a face', async () => {
    const jpeg = await toSharp(quarters(640, 480)).jpeg().toBuffer();
    const png = await toSharp(quarters(640, 480)).png().toBuffer();
    for (const bytes of [jpeg.subarray(0, jpeg.length / 2), png.subarray(0, png.length / 2), jpeg.subarray(0, 4)]) {
      await expect(decode(bytes, limits)).rejects.toMatchObject({ errorName: 'BAD_INPUT', reason: 'image-damaged' });
    }
  });

  it('decode takes 5 MB and refuses one byte more', async () => {
    const jpeg = await toSharp(quarters(640, 480)).jpeg().toBuffer();
    const padded = (length: number) => Buffer.concat([jpeg, Buffer.alloc(length - jpeg.length)]);
    expect(await decode(padded(MAX_IMAGE_BYTES), vga)).toMatchObject({ width: 640, height: 480 });
    await expect(decode(padded(MAX_IMAGE_BYTES + 1), vga)).rejects.toMatchObject({ reason: 'image-size' });
  });

  it('decode needs about 640x480 in either orientation', async () => {
    const jpeg = (width: number, height: number) => toSharp(quarters(width, height)).jpeg().toBuffer();
    for (const [width, height] of [
      [640, 480],
      [480, 640],
      [576, 432],
      [432, 576],
      [2000, 500],
    ] as const) {
      expect(await decode(await jpeg(width, height), vga)).toMatchObject({ width, height });
    }
    for (const [width, height] of [
      [575, 480],
      [640, 431],
      [250, 250],
      [2000, 400],
    ] as const) {
      const refused = decode(await jpeg(width, height), vga);
      await expect(refused).rejects.toMatchObject({ errorName: 'BAD_INPUT', reason: 'image-resolution' });
    }
  });

  it('decode shrinks a large JPEG by 2, 4 or 8 as far as its longer side allows, turned upright, and nothing else', async () => {
    const upright = () => toSharp(quarters(1001, 751));
    const turned = await upright().rotate(-90).withMetadata({ orientation: 6 }).jpeg({ quality: 100 }).toBuffer();
    for (const bytes of [await upright().jpeg({ quality: 100 }).toBuffer(), turned]) {
      for (const [leastSide, shrink] of [
        [501, 1],
        [500, 2],
        [250, 4],
        [10, 8],
      ] as const) {
        const image = await decode(bytes, limits, leastSide);
        const [width, height] = [Math.floor(1001 / shrink), Math.floor(751 / shrink)];
        expect(image).toMatchObject({ shrink, width, height });
        near(pixel(image, width >> 2, height >> 2), [255, 0, 0]);
        near(pixel(image, width - 9, height >> 2), [0, 255, 0]);
        near(pixel(image, width >> 2, height - 9), [0, 0, 255]);
      }
    }
    const png = await upright().png().toBuffer();
    expect(await decode(png, limits, 10)).toMatchObject({ shrink: 1, width: 1001, height: 751 });
  });

  it('decode refuses a decompression bomb before it decodes it', async () => {
    const bomb = await sharp(Buffer.alloc(8000 * 7000), { raw: { width: 8000, height: 7000, channels: 1 } })
      .png({ compressionLevel: 9 })
      .toBuffer();
    expect(bomb.length).toBeLessThan(MAX_IMAGE_BYTES);
    await expect(decode(bomb, limits)).rejects.toMatchObject({ errorName: 'BAD_INPUT', reason: 'image-pixels' });
  });
});
