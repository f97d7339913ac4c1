import { describe, expect, it } from 'vitest';
import { isTooClose, topOfForehead } from '../../../src/vision/gates/too-close.js';
import type { Point } from '../../../src/vision/geometry.js';

const frame = { width: 640, height: 480 };

/** 68 points of an upright face: jaw from ear to ear by the chin, brows, and the rest in the middle. */
function face(left: number, brows: number, right: number, chin: number): Point[] {
  const middle = (left + right) / 2;
  const jaw = Array.from({ length: 17 }, (_, i) => {
    const angle = (Math.PI * i) / 16;
    return {
      x: middle - ((right - left) / 2) * Math.cos(angle),
      y: brows + 10 + (chin - brows - 10) * Math.sin(angle),
    };
  });
  const brow = Array.from({ length: 10 }, (_, i) => ({ x: left + ((right - left) * (i + 0.5)) / 10, y: brows }));
  const rest = Array.from({ length: 41 }, () => ({ x: middle, y: (brows + chin) / 2 }));
  return [...jaw, ...brow, ...rest];
}

/** The detector's box is not asked where there are landmarks. */
const box = { x: 0, y: 0, width: 1, height: 1 };
const isClose = (points: Point[]) => isTooClose(box, points, frame);

describe('isTooClose', () => {
  it('passes a face of half the frame', () => {
    expect(isClose(face(160, 160, 480, 400))).toBe(false);
  });

  it('passes a face of which the frame cuts only hair', () => {
    // The forehead ends at 20, so the frame takes everything above it.
    const points = face(200, 100, 440, 330);
    expect(topOfForehead(points).y).toBeGreaterThan(15);
    expect(isClose(points)).toBe(false);
  });

  it('passes a high face in a wide frame: it does not fill it', () => {
    expect(isClose(face(200, 130, 440, 470))).toBe(false);
  });

  it('refuses a face that fills the frame', () => {
    expect(isClose(face(80, 110, 560, 470))).toBe(true);
  });

  it.each([
    ['left', face(-25, 200, 200, 400)],
    ['right', face(440, 200, 660, 400)],
    ['at the brows', face(200, -12, 400, 200)],
    ['at the forehead', face(200, 30, 400, 260)],
    ['at the chin', face(200, 280, 400, 500)],
  ])('refuses a face that the frame cuts %s', (_side, points) => {
    expect(isClose(points)).toBe(true);
  });

  it('allows a cheek at the edge as long as brows, eyes, nose and mouth are inside', () => {
    const atTheEdge = face(-16, 200, 200, 400);
    expect(isClose(atTheEdge)).toBe(true);
    const inside = atTheEdge.map((point, i) => (i < 17 ? point : { ...point, x: Math.max(1, point.x) }));
    expect(isClose(inside)).toBe(false);
  });

  it.each([
    ['half of the frame', { x: 160, y: 60, width: 320, height: 360 }, false],
    ['all of it', { x: 100, y: 10, width: 480, height: 460 }, true],
    ['its edge', { x: -20, y: 100, width: 200, height: 260 }, true],
  ])('goes by the box where a pack has no landmarks: %s', (_, seen, expected) => {
    expect(isTooClose(seen, [], frame)).toBe(expected);
  });
});
