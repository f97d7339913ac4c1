import sharp from 'sharp';
import { beforeAll, describe, expect, it, test } from 'vitest';
import { allReasons } from '../../../src/core/errors.js';
import { loadPack } from '../../../src/models/pack.js';
import { defaultManifestPath } from '../../../src/util/paths.js';
import type { PhotoOptions } from '../../../src/vision/face-analyser.js';
import { gates } from '../../../src/vision/gates/gates.js';
import { Pipeline } from '../../../src/vision/pipeline.js';
import { photo } from '../../support/photos.js';
import { noLimits } from '../images.js';

const strict: PhotoOptions = { version: 'v3', allowIdCard: false, severalFaces: 'refuse', disableValidation: false };

let pipeline: Pipeline;

beforeAll(async () => {
  pipeline = await Pipeline.load(await loadPack(defaultManifestPath, 'default'), noLimits);
});

/** Franck (720x576, eyes near 332,270 and 445,245) with something drawn over him. */
function wearing(svg: string): Promise<Buffer> {
  const overlay = Buffer.from(`<svg xmlns="http://www.w3.org/2000/svg" width="720" height="576">${svg}</svg>`);
  return sharp(photo('franck_01829.jpg'))
    .composite([{ input: overlay }])
    .jpeg()
    .toBuffer();
}

const mask = '<path d="M278 320 Q390 270 512 285 L510 420 Q440 500 390 495 Q310 480 285 400 Z" fill="#9cc7e0"/>';
const sunglasses =
  '<g transform="rotate(-12 390 260)"><rect x="285" y="235" width="98" height="62" rx="24" fill="#0c0c0e"/><rect x="398" y="235" width="98" height="62" rx="24" fill="#0c0c0e"/><rect x="370" y="250" width="40" height="9" fill="#0c0c0e"/></g>';

/** A card with a portrait and rows of print, on a plain desk. */
async function idCard(): Promise<Buffer> {
  const portrait = await sharp(photo('franck_01829.jpg'))
    .extract({ left: 150, top: 0, width: 440, height: 560 })
    .resize(150, 190)
    .toBuffer();
  const lines = [
    'Số / No.: 079 099 001 234',
    'Họ và tên / Full name:',
    'NGUYỄN VĂN AN',
    'Ngày sinh / Date of birth: 01/01/1990',
    'Giới tính / Sex: Nam   Quốc tịch: Việt Nam',
    'Quê quán / Place of origin:',
    'Hà Nội',
  ]
    .map((text, i) => `<text x="300" y="${225 + 32 * i}" font-size="19" font-family="sans-serif">${text}</text>`)
    .join('');
  const card = `<svg xmlns="http://www.w3.org/2000/svg" width="900" height="640"><rect width="900" height="640" fill="#6b5a48"/><rect x="80" y="90" width="740" height="460" rx="28" fill="#d7e8e0"/><text x="270" y="140" font-size="22" font-family="sans-serif">CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM</text><text x="330" y="180" font-size="28" font-weight="bold" fill="#b3261e" font-family="sans-serif">CĂN CƯỚC CÔNG DÂN</text>${lines}</svg>`;
  return sharp(Buffer.from(card))
    .composite([{ input: portrait, left: 115, top: 220 }])
    .jpeg()
    .toBuffer();
}

test('each gate has reasons of its refusal, which no other gate has', () => {
  const ofGates = gates.flatMap(({ refuses, reasons }) => reasons.map((reason) => ({ errorName: refuses, reason })));
  for (const cause of ofGates) expect(allReasons()).toContainEqual(expect.objectContaining(cause));
  expect(new Set(ofGates.map(({ reason }) => reason)).size).toBe(ofGates.length);
});

test('a pack without the models of a gate runs without this gate', async () => {
  const pack = await loadPack(defaultManifestPath, 'default');
  const bare = await Pipeline.load(
    { ...pack, gates: { faceGate: null, idCardGate: null, livenessGate: null } },
    noLimits,
  );
  expect((await bare.embedPhoto(await wearing(sunglasses), strict)).embedding).toHaveLength(512);
  expect(await bare.analysePhoto(photo('franck_01829.jpg'), strict)).toMatchObject({
    idCard: null,
    thresholds: null,
    faces: [{ scores: null, fault: null }],
    refusal: null,
  });
});

describe('the gates of the default pack', () => {
  it.each([
    ['mask', mask],
    ['sunglasses', sunglasses],
  ])('a face behind %s is refused with that reason', async (reason, drawing) => {
    const refused = pipeline.embedPhoto(await wearing(drawing), strict);
    await expect(refused).rejects.toMatchObject({ errorName: 'NOT_FULL_FACE', reason });
  });

  it('a covered face passes when validation is disabled', async () => {
    const { embedding } = await pipeline.embedPhoto(await wearing(sunglasses), { ...strict, disableValidation: true });
    expect(embedding).toHaveLength(512);
  });

  it('let it pass when an office overrules them, and say what they saw', async () => {
    const { overruled } = await pipeline.embedPhoto(await wearing(sunglasses), { ...strict, allowCovered: true });
    expect(overruled).toEqual(['sunglasses']);
    const close = await sharp(photo('franck_01829.jpg'))
      .extract({ left: 240, top: 120, width: 310, height: 370 })
      .toBuffer();
    const refused = pipeline.embedPhoto(close, { ...strict, allowCovered: true });
    await expect(refused).rejects.toMatchObject({ reason: 'too-close' });
  });

  it('bare faces pass the gates', async () => {
    for (const name of ['franck_01829.jpg', 'franck_03979.jpg', 'audrey.jpg', 'cage.jpg', 'bieber_small.jpg']) {
      expect((await pipeline.embedPhoto(photo(name), strict)).embedding, name).toHaveLength(512);
    }
  });

  it('an ID card is refused, unless it is allowed', async () => {
    const card = await idCard();
    await expect(pipeline.embedPhoto(card, strict)).rejects.toMatchObject({ errorName: 'ID_CARD', reason: 'id-card' });
    const allowed = { ...strict, allowIdCard: true, disableValidation: true };
    expect((await pipeline.embedPhoto(card, allowed)).embedding).toHaveLength(512);
  });

  it('a drawing of a helmet is refused with NO_FACE', async () => {
    await expect(pipeline.embedPhoto(photo('ironman.jpg'), strict)).rejects.toMatchObject({ errorName: 'NO_FACE' });
  });
});
