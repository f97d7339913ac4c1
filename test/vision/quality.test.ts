import sharp from 'sharp';
import { beforeAll, describe, expect, it } from 'vitest';
import { loadPack } from '../../src/models/pack.js';
import { defaultManifestPath } from '../../src/util/paths.js';
import type { FaceReport, PhotoOptions } from '../../src/vision/face-analyser.js';
import { Pipeline } from '../../src/vision/pipeline.js';
import { poseOf } from '../../src/vision/quality/pose.js';
import { photo } from '../support/photos.js';
import { noLimits } from './images.js';

const strict: PhotoOptions = { version: 'v3', allowIdCard: false, severalFaces: 'refuse', disableValidation: false };

/** The picture of a head in millimetres, turned by some degrees and seen from far away. */
function pictureOf(yaw: number, pitch: number, roll: number) {
  const points: [number, number, number][] = [
    [-31.5, -35.8, 0],
    [31.5, -36.1, 0],
    [0.2, 0, 32],
    [-25.7, 36.9, 8],
    [26.5, 36.6, 8],
  ];
  const [a, b, c] = [yaw, pitch, roll].map((degrees) => (degrees * Math.PI) / 180) as [number, number, number];
  return points.map(([x, y, z]) => {
    const [tx, tz] = [x * Math.cos(a) + z * Math.sin(a), z * Math.cos(a) - x * Math.sin(a)];
    const ty = y * Math.cos(b) + tz * Math.sin(b);
    return { x: 300 + 2 * (tx * Math.cos(c) - ty * Math.sin(c)), y: 200 + 2 * (tx * Math.sin(c) + ty * Math.cos(c)) };
  });
}

describe('the pose', () => {
  it.each([
    [0, 0, 0],
    [25, 0, 0],
    [-30, 0, 0],
    [0, 20, 0],
    [0, -20, 0],
    [0, 0, 30],
    [15, -10, -20],
  ])('yaw %i, pitch %i, roll %i', (yaw, pitch, roll) => {
    const pose = poseOf(pictureOf(yaw, pitch, roll));
    expect(Math.abs(pose.yaw - yaw)).toBeLessThan(4);
    expect(Math.abs(pose.pitch - pitch)).toBeLessThan(4);
    expect(Math.abs(pose.roll - roll)).toBeLessThan(3);
  });
});

describe('the quality of a face', () => {
  let pipeline: Pipeline;
  let plain: FaceReport['quality'];

  beforeAll(async () => {
    pipeline = await Pipeline.load(await loadPack(defaultManifestPath, 'default'), noLimits);
    plain = await qualityOf(photo('franck_01829.jpg'));
  });

  async function qualityOf(image: Buffer) {
    const { faces } = await pipeline.analysePhoto(image, { ...strict, disableValidation: true });
    return (faces[0] as FaceReport).quality;
  }

  const franck = () => sharp(photo('franck_01829.jpg'));
  /** Half of the picture in the dark. */
  const shade = Buffer.from('<svg width="720" height="576"><rect width="390" height="576" opacity="0.85"/></svg>');

  it.each([
    ['blurred', () => franck().blur(9)],
    ['dark', () => franck().linear(0.12, 0)],
    ['bright', () => franck().linear(3, 0)],
    ['uneven-light', () => franck().composite([{ input: shade }])],
    ['small', () => franck().resize(110)],
    ['tilted', () => franck().rotate(30, { background: 'grey' })],
  ])('says that a photo is %s, and scores it lower', async (advice, change) => {
    const worse = await qualityOf(await change().png().toBuffer());
    expect(worse.advice).toContain(advice);
    expect(plain.advice).not.toContain(advice);
    expect(worse.score).toBeLessThan(plain.score);
  });

  it('asks the embedder how much it saw of the face', async () => {
    const blurred = await qualityOf(await franck().blur(9).png().toBuffer());
    const length = plain.measures.embeddingLength as number;
    expect(length).toBeGreaterThan(0.3);
    expect(blurred.measures.embeddingLength).toBeLessThan(length - 0.1);
  });

  it('measures the distance of the eyes in pixels of the photo, not of what was decoded', async () => {
    const large = await qualityOf(await franck().resize(2160).jpeg({ quality: 95 }).toBuffer());
    expect(large.measures.eyeDistance / plain.measures.eyeDistance).toBeCloseTo(3, 1);
  });

  it('refuses a face below the limit, where validation is on', async () => {
    const pack = await loadPack(defaultManifestPath, 'default');
    const demanding = await Pipeline.load(pack, { ...noLimits, minQuality: plain.score + 1 });
    const refused = demanding.embedPhoto(photo('franck_01829.jpg'), strict);
    await expect(refused).rejects.toMatchObject({ errorName: 'NOT_FULL_FACE', reason: 'low-quality' });
    const lenient = { ...strict, disableValidation: true };
    expect((await demanding.embedPhoto(photo('franck_01829.jpg'), lenient)).embedding).toHaveLength(512);
    const modest = await Pipeline.load(pack, { ...noLimits, minQuality: plain.score });
    expect((await modest.embedPhoto(photo('franck_01829.jpg'), strict)).embedding).toHaveLength(512);
  });
});
