import { describe, expect, it } from 'vitest';
import { stretchContrast } from '../../src/vision/contrast.js';
import { paint, pixel } from './images.js';

describe('stretchContrast', () => {
  it('stretchContrast makes the brightest part of a dark photo white and keeps its colours', () => {
    const dark = paint(100, 100, (x) => (x < 50 ? [10, 5, 2] : [40, 20, 10]));
    const bright = stretchContrast(dark);
    expect(bright && pixel(bright, 99, 0)).toEqual([255, 128, 64]);
    expect(bright && pixel(bright, 0, 0)).toEqual([64, 32, 13]);
  });

  it('stretchContrast ignores a few bright pixels in a dark photo', () => {
    const lamp = paint(100, 100, (x, y) => (x < 4 && y < 4 ? [255, 255, 255] : [20, 20, 20]));
    const bright = stretchContrast(lamp);
    expect(bright && pixel(bright, 50, 50)).toEqual([255, 255, 255]);
  });

  it('stretchContrast leaves bright and black photos alone', () => {
    expect(stretchContrast(paint(20, 20, (x) => [x * 12, 200, 30]))).toBeUndefined();
    expect(stretchContrast(paint(20, 20, () => [0, 0, 0]))).toBeUndefined();
  });
});
