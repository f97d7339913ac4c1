import sharp from 'sharp';
import { beforeAll, describe, expect, it } from 'vitest';
import { loadPack } from '../../src/models/pack.js';
import { defaultManifestPath } from '../../src/util/paths.js';
import type { PhotoOptions } from '../../src/vision/face-analyser.js';
import { Pipeline } from '../../src/vision/pipeline.js';
import { facesOfWidths, photo, twoPeople } from '../support/photos.js';
import { noLimits, paint, toSharp } from './images.js';

const strict: PhotoOptions = { version: 'v3', allowIdCard: false, severalFaces: 'refuse', disableValidation: false };

let pipeline: Pipeline;

beforeAll(async () => {
  pipeline = await Pipeline.load(await loadPack(defaultManifestPath, 'default'), noLimits);
});

async function embed(name: string, options = strict): Promise<Float32Array> {
  return (await pipeline.embedPhoto(photo(name), options)).embedding;
}

function cosine(p: Float32Array, q: Float32Array): number {
  return p.reduce((sum, value, i) => sum + value * (q[i] as number), 0);
}

describe('Pipeline', () => {
  it('photos of one person have near embeddings, far from those of other people', async () => {
    const franck = await embed('franck_01829.jpg');
    expect(cosine(franck, franck)).toBeCloseTo(1, 5);
    expect(cosine(franck, await embed('franck_02888.jpg'))).toBeGreaterThan(0.7);
    expect(
      cosine(await embed('cage.jpg'), await embed('cage2_crop.jpg', { ...strict, disableValidation: true })),
    ).toBeGreaterThan(0.4);
    for (const other of ['audrey.jpg', 'cage.jpg', 'bieber_small.jpg', 'SeanConnery.jpg']) {
      expect(cosine(franck, await embed(other))).toBeLessThan(0.3);
    }
  });

  it('the pipeline is deterministic', async () => {
    expect(await embed('audrey.jpg')).toEqual(await embed('audrey.jpg'));
  });

  it('a photo and its enlargement, rotation and re-compression have one direction', async () => {
    const original = await embed('franck_02159.jpg');
    const source = () => sharp(photo('franck_02159.jpg'));
    const variants = {
      large: await source().resize(2160).jpeg().toBuffer(),
      tilted: await source().rotate(15, { background: 'white' }).jpeg().toBuffer(),
      compressed: await source().jpeg({ quality: 30 }).toBuffer(),
      png: await source().png().toBuffer(),
    };
    for (const [name, bytes] of Object.entries(variants)) {
      const { embedding } = await pipeline.embedPhoto(bytes, strict);
      expect(cosine(original, embedding), name).toBeGreaterThan(0.9);
    }
  });

  it('the crop of a face is embedded as the photo is', async () => {
    const anything = { ...strict, allowIdCard: true, severalFaces: 'largest', disableValidation: true } as const;
    for (const name of ['franck_02159.jpg', 'audrey.jpg', 'cage.jpg', 'SeanConnery.jpg']) {
      const { embedding, crop } = await pipeline.embedPhoto(photo(name), { ...anything, withCrop: true });
      if (!crop) throw new Error('no crop');
      const { width = 0, height = 0, format } = await sharp(crop).metadata();
      expect(format).toBe('jpeg');
      expect(Math.max(width, height)).toBeLessThanOrEqual(512);
      const again = await pipeline.embedPhoto(crop, anything);
      expect(cosine(embedding, again.embedding), name).toBeGreaterThan(0.95);
    }
  });

  it('decoding a large JPEG at a part of its size loses nothing', async () => {
    // A PNG is always decoded whole.
    const differ = async (width: number, face: number) => {
      const portrait = await sharp(photo('franck_01829.jpg')).resize(face).toBuffer();
      const large = sharp({ create: { width, height: width * 0.8, channels: 3, background: 'gray' } })
        .composite([{ input: portrait }])
        .jpeg({ quality: 95 });
      const jpeg = await large.toBuffer();
      const png = await sharp(jpeg).png({ compressionLevel: 6 }).toBuffer();
      const whole = await pipeline.embedPhoto(png, strict);
      return 1 - cosine((await pipeline.embedPhoto(jpeg, strict)).embedding, whole.embedding);
    };
    // A large face, which the first look shows well enough, and one for which the photo is decoded again.
    expect(await differ(2000, 2000)).toBeLessThan(0.005);
    expect(await differ(2000, 500)).toBeLessThan(0.00001);
  });

  it('the width of a face counts in pixels of the photo, not of the decoded image', async () => {
    const pack = await loadPack(defaultManifestPath, 'default');
    const bytes = await sharp(photo('franck_01829.jpg')).resize(2160).jpeg().toBuffer();
    const just = await Pipeline.load(pack, { ...noLimits, minFaceWidth: 500 });
    expect((await just.embedPhoto(bytes, strict)).embedding).toHaveLength(512);
    const over = await Pipeline.load(pack, { ...noLimits, minFaceWidth: 1200 });
    await expect(over.embedPhoto(bytes, strict)).rejects.toMatchObject({ reason: 'face-too-small' });
  });

  it('v4 is the mean of image and mirror image, and the same for both', async () => {
    const v4 = { ...strict, version: 'v4' as const };
    const v3 = await embed('audrey.jpg');
    const straight = await embed('audrey.jpg', v4);
    const mirrored = (await pipeline.embedPhoto(await sharp(photo('audrey.jpg')).flop().toBuffer(), v4)).embedding;
    expect(cosine(straight, straight)).toBeCloseTo(1, 5);
    expect(cosine(v3, straight)).toBeGreaterThan(0.9);
    expect(cosine(v3, straight)).toBeLessThan(0.99999);
    expect(cosine(straight, mirrored)).toBeGreaterThan(0.97);
  });

  it('a photo without a face is refused as no-face', async () => {
    const empty = await toSharp(paint(640, 480, (x, y) => [x % 256, y % 256, 128]))
      .jpeg()
      .toBuffer();
    await expect(pipeline.embedPhoto(empty, strict)).rejects.toMatchObject({ errorName: 'NO_FACE', reason: 'no-face' });
  });

  it('a photo of several faces is refused as many-faces, unless the largest is asked for', async () => {
    await expect(pipeline.embedPhoto(photo('sample6.jpg'), strict)).rejects.toMatchObject({ errorName: 'MANY_FACES' });
    const largest = await embed('sample6.jpg', { ...strict, severalFaces: 'largest' });
    expect(largest).toHaveLength(512);
  });

  it('the largest of two people is taken when it is asked for', async () => {
    const both = await twoPeople();
    await expect(pipeline.embedPhoto(both, strict)).rejects.toMatchObject({ errorName: 'MANY_FACES' });
    const largest = (await pipeline.embedPhoto(both, { ...strict, severalFaces: 'largest' })).embedding;
    expect(cosine(largest, await embed('franck_01829.jpg'))).toBeGreaterThan(0.8);
  });

  it('a face below the limits does not count', async () => {
    const pack = await loadPack(defaultManifestPath, 'default');
    const small = await sharp(photo('franck_01829.jpg')).resize(144).jpeg().toBuffer();
    const wide = await Pipeline.load(pack, { ...noLimits, minFaceWidth: 80 });
    await expect(wide.embedPhoto(small, strict)).rejects.toMatchObject({
      errorName: 'NO_FACE',
      reason: 'face-too-small',
    });
    expect((await wide.embedPhoto(photo('franck_01829.jpg'), strict)).embedding).toHaveLength(512);
    const covering = await Pipeline.load(pack, { ...noLimits, minFaceArea: 0.25 });
    const refused = covering.embedPhoto(photo('franck_01829.jpg'), strict);
    await expect(refused).rejects.toMatchObject({ errorName: 'NO_FACE', reason: 'face-too-small' });
  });

  it.each([
    ['two small faces', [60, 60], 'many-faces'],
    ['a large and a small one', [200, 60], 'many-faces'],
    ['a large one and a passer-by', [300, 30], null],
    ['one small face', [60], 'face-too-small'],
    ['two of 30 pixels', [30, 30], 'many-faces'],
  ])('counts the people of a photo with %s', async (_, widths, reason) => {
    const limited = await Pipeline.load(await loadPack(defaultManifestPath, 'default'), {
      ...noLimits,
      minFaceWidth: 80,
    });
    const image = await facesOfWidths(...widths);
    const { faces, refusal } = await limited.analysePhoto(image, strict);
    expect(faces.map(({ isSmall }) => isSmall)).toEqual(widths.map((width) => width < 80));
    expect(refusal?.reason ?? null).toBe(reason);
    if (reason === 'many-faces') {
      const largest = limited.embedPhoto(image, { ...strict, severalFaces: 'largest' });
      if (widths[0] === 200) expect((await largest).embedding).toHaveLength(512);
      else await expect(largest).rejects.toMatchObject({ reason: 'face-too-small' });
    }
  });

  it('a face that is too close is refused, unless validation is disabled', async () => {
    const close = await sharp(photo('franck_01829.jpg'))
      .extract({ left: 240, top: 120, width: 310, height: 370 })
      .toBuffer();
    await expect(pipeline.embedPhoto(close, strict)).rejects.toMatchObject({
      errorName: 'NOT_FULL_FACE',
      reason: 'too-close',
    });
    const { embedding } = await pipeline.embedPhoto(close, { ...strict, disableValidation: true });
    expect(cosine(embedding, await embed('franck_01829.jpg'))).toBeGreaterThan(0.5);
  });

  it('a crop has an embedding near that of its photo', async () => {
    const whole = await embed('audrey.jpg');
    const { embedding } = await pipeline.embedCrop(photo('audrey_crop.jpg'), 'v3');
    expect(cosine(whole, embedding)).toBeGreaterThan(0.8);
  });

  it('a crop is refused only when it cannot be decoded', async () => {
    const blank = await toSharp(paint(60, 60, () => [90, 80, 70]))
      .png()
      .toBuffer();
    expect((await pipeline.embedCrop(blank, 'v3')).embedding.every(Number.isFinite)).toBe(true);
    await expect(pipeline.embedCrop(Buffer.from('no image'), 'v3')).rejects.toMatchObject({ errorName: 'BAD_INPUT' });
  });

  it('the report shows what the pipeline sees, and the refusal that embedding would meet', async () => {
    const report = await pipeline.analysePhoto(photo('franck_01829.jpg'), strict);
    expect(report).toMatchObject({ width: 720, height: 576, refusal: null });
    expect(report.faces).toHaveLength(1);
    const [face] = report.faces;
    expect(face).toMatchObject({ fault: null, isPerson: true });
    expect(face?.outline).toHaveLength(68);
    for (const { x, y } of face?.fivePoints ?? []) {
      expect(x).toBeGreaterThan(face?.box.x ?? Infinity);
      expect(x).toBeLessThan((face?.box.x ?? 0) + (face?.box.width ?? 0));
      expect(y).toBeGreaterThan(face?.box.y ?? Infinity);
    }
    expect(face?.scores?.face).toBeGreaterThan(report.thresholds?.face ?? 1);
    expect(report.idCard).toMatchObject({ isIdCard: false });
  });

  it('the report shows faces and scores of a refused photo, with the options asked for', async () => {
    const close = await sharp(photo('franck_01829.jpg'))
      .extract({ left: 240, top: 120, width: 310, height: 370 })
      .toBuffer();
    const refusal = { errorName: 'NOT_FULL_FACE', reason: 'too-close' };
    expect(await pipeline.analysePhoto(close, strict)).toMatchObject({ refusal, faces: [{ fault: 'too-close' }] });
    const lenient = await pipeline.analysePhoto(close, { ...strict, disableValidation: true });
    expect(lenient).toMatchObject({ refusal: null, faces: [{ fault: 'too-close' }] });
    const many = await pipeline.analysePhoto(photo('sample6.jpg'), strict);
    expect(many.refusal).toEqual({ errorName: 'MANY_FACES', reason: 'many-faces' });
    expect(many.faces.length).toBeGreaterThan(1);
    await expect(pipeline.analysePhoto(Buffer.from('no image'), strict)).rejects.toMatchObject({
      errorName: 'BAD_INPUT',
    });
  });

  it('the report shows how long each stage took', async () => {
    const { timings } = await pipeline.embedPhoto(photo('audrey.jpg'), strict);
    expect(Object.keys(timings)).toEqual(['decode', 'find', 'idCard', 'embed']);
  });
});
