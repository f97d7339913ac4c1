import { describe, expect, it } from 'vitest';
import { alignedToImage, cropped, templatePointsIn, unstretchedAlignedToImage } from '../../src/vision/alignment.js';
import type { Affine, Point } from '../../src/vision/geometry.js';

function apply(m: Affine, { x, y }: Point): Point {
  return { x: m.a * x + m.b * y + m.tx, y: m.c * x + m.d * y + m.ty };
}

const template = templatePointsIn({ x: 0, y: 0, width: 112, height: 112 });

describe('alignedToImage', () => {
  it('alignedToImage is the identity for a face that lies as the template', () => {
    const map = alignedToImage(template);
    expect(map.a).toBeCloseTo(1, 10);
    expect(map.b).toBeCloseTo(0, 10);
    expect(map.tx).toBeCloseTo(0, 8);
    expect(map.ty).toBeCloseTo(0, 8);
  });

  it.each([
    [0, 1],
    [45, 2.5],
    [-90, 0.3],
    [180, 7],
  ])('alignedToImage finds a rotation by %i degrees and a scale of %d exactly', (degrees, scale) => {
    const angle = (degrees * Math.PI) / 180;
    const truth: Affine = {
      a: scale * Math.cos(angle),
      b: -scale * Math.sin(angle),
      c: scale * Math.sin(angle),
      d: scale * Math.cos(angle),
      tx: 31,
      ty: -12,
    };
    const map = alignedToImage(template.map((point) => apply(truth, point)));
    for (const key of ['a', 'b', 'c', 'd', 'tx', 'ty'] as const) expect(map[key]).toBeCloseTo(truth[key], 8);
  });

  it('alignedToImage is the best similarity: no small change of it comes nearer to disturbed points', () => {
    const points = template.map(({ x, y }, i) => ({ x: 2 * x + ((i * 7) % 5), y: 2 * y + ((i * 11) % 7) }));
    const error = (m: Affine) =>
      template.reduce((sum, point, i) => {
        const { x, y } = apply(m, point);
        const target = points[i] as Point;
        return sum + (x - target.x) ** 2 + (y - target.y) ** 2;
      }, 0);
    const best = alignedToImage(points);
    for (const delta of [-0.01, 0.01]) {
      expect(error({ ...best, a: best.a + delta, d: best.d + delta })).toBeGreaterThan(error(best));
      expect(error({ ...best, b: best.b - delta, c: best.c + delta })).toBeGreaterThan(error(best));
      expect(error({ ...best, tx: best.tx + delta })).toBeGreaterThan(error(best));
      expect(error({ ...best, ty: best.ty + delta })).toBeGreaterThan(error(best));
    }
  });

  it('alignedToImage needs five points', () => {
    expect(() => alignedToImage(template.slice(1))).toThrow('5 points');
  });
});

describe('unstretchedAlignedToImage', () => {
  it('is alignedToImage for a face of the right aspect', () => {
    const points = template.map(({ x, y }) => ({ x: 3 * x + 10, y: 3 * y - 5 }));
    expect(unstretchedAlignedToImage(points)).toEqual(alignedToImage(points));
  });

  it.each([
    [1.5, 1],
    [1, 1.5],
  ])('undoes a stretch by %d and %d, but for what is free', (width, height) => {
    const points = template.map(({ x, y }) => ({ x: 3 * width * x, y: 3 * height * y }));
    const map = unstretchedAlignedToImage(points);
    const aspect = map.a / map.d;
    const free = Math.exp(0.15);
    expect(Math.max(aspect, 1 / aspect)).toBeCloseTo(1.5 / free, 1);
    expect(aspect > 1).toBe(width > height);
    expect(map.b).toBeCloseTo(0, 2);
  });
});

describe('cropped', () => {
  it('shows what lies lower, and more of it, of a face however it is turned', () => {
    const turned: Affine = { a: 0, b: -2, c: 2, d: 0, tx: 300, ty: 40 };
    const map = cropped(turned, { down: 2, scale: 1.05 });
    // The middle of the face moves by two pixels of the crop, which are four of the image, along the face.
    const middle = apply(map, { x: 56, y: 66 });
    expect(middle.x).toBeCloseTo(apply(turned, { x: 56, y: 68 }).x, 8);
    expect(middle.y).toBeCloseTo(apply(turned, { x: 56, y: 68 }).y, 8);
    const corner = apply(map, { x: 0, y: 0 });
    const wanted = apply(turned, { x: 56 - 56 * 1.05, y: 68 - 66 * 1.05 });
    expect(corner.x).toBeCloseTo(wanted.x, 8);
    expect(corner.y).toBeCloseTo(wanted.y, 8);
  });

  it('is the aligned crop where a pack says nothing', () => {
    const turned: Affine = { a: 0, b: -2, c: 2, d: 0, tx: 300, ty: 40 };
    expect(cropped(turned, { down: 0, scale: 1 })).toEqual(turned);
  });
});
