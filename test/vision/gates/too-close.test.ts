import { describe, expect, it } from 'vitest';
import { isTooClose } from '../../../src/vision/gates/too-close.js';

const frame = { width: 640, height: 480 };
const corners = (left: number, top: number, right: number, bottom: number) => [
  { x: left, y: top },
  { x: right, y: bottom },
];

describe('isTooClose', () => {
  it('isTooClose passes a face of half the frame', () => {
    const box = { x: 160, y: 60, width: 320, height: 360 };
    expect(isTooClose(box, corners(160, 130, 480, 410), frame)).toBe(false);
  });

  it('isTooClose refuses a face that fills the frame', () => {
    expect(isTooClose({ x: 100, y: 10, width: 440, height: 460 }, [], frame)).toBe(true);
  });

  it.each([
    ['left', corners(-20, 100, 200, 300)],
    ['right', corners(500, 100, 660, 300)],
    ['above', corners(100, -15, 300, 180)],
    ['below', corners(100, 300, 300, 500)],
  ])('isTooClose refuses a face that the frame cuts on the %s', (_side, points) => {
    expect(isTooClose({ x: 100, y: 100, width: 200, height: 260 }, points, frame)).toBe(true);
  });

  it('isTooClose allows the outline to touch the frame', () => {
    expect(isTooClose({ x: 0, y: 100, width: 200, height: 260 }, corners(-2, 150, 200, 380), frame)).toBe(false);
  });
});
