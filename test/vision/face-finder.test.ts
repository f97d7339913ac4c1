import { describe, expect, it } from 'vitest';
import type { Detector } from '../../src/vision/detectors/detector.js';
import { FaceFinder, type SizeOfFace } from '../../src/vision/face-finder.js';
import type { Box } from '../../src/vision/geometry.js';
import { ImagePyramid } from '../../src/vision/image-pyramid.js';
import { paint } from './images.js';

const photo = new ImagePyramid(paint(640, 480, () => [90, 90, 90]));
const box = (x: number, y: number, width: number, height: number): Box => ({ x, y, width, height });

/** The boxes that count as faces when the detector sees these ones, the largest first. */
async function facesAmong(...boxes: Box[]): Promise<Box[]> {
  const detector = { detect: async () => boxes.map((seen) => ({ box: seen, score: 0.9 })) } as unknown as Detector;
  const { faces } = await new FaceFinder(detector, null, null).find(photo, () => 'full');
  return faces.map((face) => face.box);
}

describe('a face that is too small to be embedded', () => {
  const sizeOf = ({ width }: Box): SizeOfFace => (width >= 80 ? 'full' : width >= 24 ? 'small' : 'ignored');
  const find = (...boxes: Box[]) => {
    const detector = { detect: async () => boxes.map((seen) => ({ box: seen, score: 0.9 })) } as unknown as Detector;
    return new FaceFinder(detector, null, null).find(photo, sizeOf);
  };

  it('is found beside others, and marked', async () => {
    const { faces } = await find(box(20, 20, 60, 70), box(200, 100, 200, 260), box(500, 20, 20, 25));
    expect(faces.map(({ box, isSmall }) => [box.width, isSmall])).toEqual([
      [200, false],
      [60, true],
    ]);
  });

  it.each([
    ['alone', [box(20, 20, 60, 70)], 1],
    ['so small that it does not even count', [box(20, 20, 20, 25)], 0],
  ])('is the reason for no face where it stands %s', async (_, boxes, count) => {
    const { faces, rejected } = await find(...boxes);
    expect(faces).toHaveLength(count);
    expect(rejected).toBe('face-too-small');
  });
});

describe('what the detector sees within a face', () => {
  const face = box(200, 100, 200, 260);

  it.each([
    ['an eye', box(220, 180, 65, 60)],
    ['an eye at the edge', box(360, 170, 55, 60)],
    ['half of the face', box(205, 110, 130, 150)],
  ])('%s is a part of it', async (_, part) => {
    expect(await facesAmong(part, face)).toEqual([face]);
  });

  it.each([
    ['a face beside it', box(420, 120, 90, 110)],
    ['a small face half behind it', box(365, 150, 70, 90)],
    ['a face nearly as large over it', box(230, 120, 160, 200)],
  ])('%s is another one', async (_, other) => {
    expect(await facesAmong(other, face)).toEqual([face, other]);
  });
});
