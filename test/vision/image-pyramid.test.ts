import { describe, expect, it } from 'vitest';
import { ImagePyramid } from '../../src/vision/image-pyramid.js';
import { paint, scaling } from './images.js';

describe('ImagePyramid', () => {
  it('an ImagePyramid returns the pixels themselves at scale one', () => {
    const image = paint(7, 5, (x, y) => [x * 10, y * 20, x + y]);
    const planes = new ImagePyramid(image).sample(scaling(1), 7, 5, 0);
    for (let y = 0; y < 5; y++) {
      for (let x = 0; x < 7; x++) {
        expect(planes[y * 7 + x]).toBeCloseTo(x * 10, 4);
        expect(planes[35 + y * 7 + x]).toBeCloseTo(y * 20, 4);
        expect(planes[70 + y * 7 + x]).toBeCloseTo(x + y, 4);
      }
    }
  });

  it('an ImagePyramid keeps positions: a linear ramp stays the same ramp at every scale', () => {
    const image = paint(256, 256, (x, y) => [Math.min(255, x), y >> 1, 0]);
    for (const step of [0.5, 1.5, 2, 3.3, 8, 11]) {
      const size = Math.floor(256 / step);
      const planes = new ImagePyramid(image).sample(scaling(step), size, size, 0);
      for (let i = 2; i < size - 2; i++) {
        const at = (i + 0.5) * step;
        expect(Math.abs((planes[size * (size >> 1) + i] as number) - (at - 0.5))).toBeLessThan(1);
      }
    }
  });

  it('an ImagePyramid does not alias: one-pixel stripes become gray when reduced', () => {
    const image = paint(512, 512, (x) => (x % 2 === 0 ? [255, 255, 255] : [0, 0, 0]));
    for (const step of [2, 2.7, 4, 5.5, 16]) {
      const size = Math.floor(512 / step);
      const planes = new ImagePyramid(image).sample(scaling(step), size, size, 0);
      for (let i = size; i < size * (size - 1); i++) {
        expect(Math.abs((planes[i] as number) - 127.5)).toBeLessThan(step < 4 ? 30 : 8);
      }
    }
  });

  it('an ImagePyramid fills the outside with the border', () => {
    const planes = new ImagePyramid(paint(4, 4, () => [10, 20, 30])).sample(
      { a: 1, b: 0, c: 0, d: 1, tx: -4, ty: 0 },
      8,
      4,
      99,
    );
    expect(Array.from(planes.subarray(0, 8))).toEqual([99, 99, 99, 99, 10, 10, 10, 10]);
  });

  it('an ImagePyramid handles images of one pixel and of extreme shape', () => {
    for (const [width, height] of [
      [1, 1],
      [1, 3000],
      [3000, 1],
    ] as const) {
      const pyramid = new ImagePyramid(paint(width, height, () => [7, 8, 9]));
      const planes = pyramid.sample(scaling(3000 / 240), 320, 240, 127);
      expect(planes.every(Number.isFinite)).toBe(true);
    }
  });
});
