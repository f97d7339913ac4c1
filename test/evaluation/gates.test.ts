import { describe, expect, it } from 'vitest';
import { FaceSearchError } from '../../src/core/errors.js';
import { type DataSetImage, unknownImage } from '../../src/evaluation/data-set.js';
import { corrected, readCorrections } from '../../src/evaluation/gates/corrections.js';
import { expectationOf, verdictOf } from '../../src/evaluation/gates/expectation.js';
import { gateResults, judged } from '../../src/evaluation/gates/gate-results.js';
import { judgeImages, type Outcome } from '../../src/evaluation/gates/outcome.js';
import { gateTables } from '../../src/evaluation/report/gate-blocks.js';
import { gateTargets, withCorrected } from '../../src/evaluation/targets.js';
import type { PhotoEmbedder } from '../../src/vision/face-analyser.js';
import { tinyFolder } from './tiny-folder.js';

const image = (label: string, more: Partial<DataSetImage> = {}): DataSetImage => ({
  ...unknownImage('x.jpg'),
  labels: label === '' ? [] : label.split('|'),
  ...more,
});
const outcome = (name: string): Outcome => {
  const [code, reason = ''] = name.split(' ');
  return { code: Number(code), reason };
};

describe('what is expected of a label', () => {
  it.each([
    ['mask', ['mask'], 406],
    ['mask_simulated', ['mask'], 406],
    ['sunglasses', ['sunglasses'], 406],
    ['hat|sunglasses', ['sunglasses', 'hat'], 406],
    ['too_close:tight', ['too-close'], 406],
    ['face_fraction_sweep:crop200', ['half-frame'], 200],
    ['face_fraction_sweep:crop250', ['half-frame'], 200],
    ['face_fraction_sweep:crop160', ['open'], null],
    ['eyeglasses', ['bare'], 200],
    ['bare_weak', ['bare'], 200],
    ['no_mask|tight_crop', ['bare'], 200],
    ['id_document', ['document'], 410],
    ['id_document|synthetic|A|close', ['drawn-document'], 410],
    ['portrait_not_card', ['portrait'], 200],
    ['document_without_face', ['open'], null],
    ['no_face|exif', ['no-face'], 407],
    ['faces:0', ['no-face'], 407],
    ['faces:1', ['one-face'], 200],
    ['faces:3', ['several-faces'], 407],
    ['faces:12', ['several-faces'], 407],
    ['tinted', ['open'], null],
    ['eyeglasses|tinted', ['open'], null],
    ['hat|tinted', ['hat'], 406],
    ['other_headwear', ['open'], null],
    ['noisy', ['open'], null],
    ['degraded:blur3', ['open'], null],
    ['format:gif', ['open'], null],
    ['unheard of', ['open'], null],
  ])('%s', (label, kinds, code) => {
    expect(expectationOf(image(label, { identity: 'Ann' }))).toEqual({ kinds, code });
  });

  it('an identity without a label is expected to be a free face, and an image without identity has no expectation', () => {
    expect(expectationOf(image('', { identity: 'Ann' }))).toEqual({ kinds: ['bare'], code: 200 });
    expect(expectationOf(image(''))).toEqual({ kinds: ['open'], code: null });
  });

  it('the manifest states the expectation, and the label only describes the image where both agree', () => {
    expect(expectationOf(image('mask', { expect: 406 }))).toEqual({ kinds: ['mask'], code: 406 });
    expect(expectationOf(image('mask', { expect: 200 }))).toEqual({ kinds: ['stated'], code: 200 });
    expect(expectationOf(image('', { expect: 410 }))).toEqual({ kinds: ['stated'], code: 410 });
  });
});

describe('the verdict on an outcome', () => {
  it.each([
    ['mask', '406 mask', 'right'],
    ['mask', '406 too-close', 'right'],
    ['mask', '407 no-face', 'apart'],
    ['mask', '200', 'wrong'],
    ['mask', '400 image-format', 'wrong'],
    ['no_mask', '200', 'right'],
    ['no_mask', '406 mask', 'wrong'],
    ['no_mask', '406 hat', 'wrong'],
    ['no_mask', '406 too-close', 'apart'],
    ['no_mask', '407 many-faces', 'apart'],
    ['no_mask', '410 id-card', 'wrong'],
    ['portrait_not_card', '410 id-card', 'wrong'],
    ['portrait_not_card', '407 no-face', 'apart'],
    ['id_document', '410 id-card', 'right'],
    ['id_document', '407 no-face', 'apart'],
    ['face_fraction_sweep:crop200', '407 many-faces', 'apart'],
    ['face_fraction_sweep:crop200', '406 too-close', 'wrong'],
    ['no_face', '407 not-a-face', 'right'],
    ['no_face', '200', 'wrong'],
    ['tinted', '406 sunglasses', 'open'],
  ])('%s, %s: %s', (label, came, verdict) => {
    expect(verdictOf(expectationOf(image(label)), outcome(came))).toBe(verdict);
  });
});

const rows: [path: string, label: string, set: string, came: string][] = [
  ['m1', 'mask', 'a', '406 mask'],
  ['m2', 'mask', 'a', '407 no-face'],
  ['m3', 'mask', 'a', '200'],
  ['m4', 'mask_simulated', 'a', '406 mask'],
  ['s1', 'hat|sunglasses', 'a', '406 sunglasses'],
  ['b1', 'no_mask', 'a', '200'],
  ['b2', 'eyeglasses', 'b', '406 sunglasses'],
  ['b3', '', 'b', '407 many-faces'],
  ['b4', '', 'b', '410 id-card'],
  ['d1', 'id_document', 'c', '410 id-card'],
  ['d2', 'id_document|synthetic', 'c', '200'],
  ['n1', 'no_face', 'c', '407 no-face'],
  ['t1', 'tinted', 'a', '406 sunglasses'],
  ['f1', 'format:gif', 'a', '400 image-format'],
  ['f2', 'format:png', 'a', '200'],
];
const images = rows.map(([path, label, set]) => image(label, { path, set, identity: label === '' ? 'Ann' : '' }));
const all = judged(images, new Map(rows.map(([path, , , came]) => [path, outcome(came)])));

describe('the table of outcomes', () => {
  const results = gateResults(all, { seconds: 1, minFaceWidth: 0, labelsCorrected: 0 });

  it('the table of outcomes has a row for each label and a column for each outcome', () => {
    expect(results.outcomes).toEqual([
      '200',
      '400 image-format',
      '406 mask',
      '406 sunglasses',
      '407 many-faces',
      '407 no-face',
      '410 id-card',
    ]);
    const row = (label: string) => results.byLabel.find((one) => one.label === label);
    expect(row('mask')).toEqual({
      label: 'mask',
      expected: 406,
      images: 3,
      right: 1,
      apart: 1,
      wrong: 1,
      counts: [1, 0, 1, 0, 0, 1, 0],
    });
    expect(row('(no label)')).toMatchObject({ images: 2, right: 0, apart: 1, wrong: 1 });
    expect(row('format:*')).toMatchObject({ expected: null, images: 2 });
    expect(results.byLabel.at(0)?.expected).toBe(200);
    expect(results.byLabel.at(-1)?.expected).toBeNull();
    expect(results.byLabel.reduce((sum, one) => sum + one.images, 0)).toBe(rows.length);
  });

  it('the table of outcomes names every image that was not decided as expected', () => {
    expect(results.notAsExpected.map(({ path, verdict }) => [path, verdict])).toEqual([
      ['m2', 'apart'],
      ['m3', 'wrong'],
      ['b2', 'wrong'],
      ['b3', 'apart'],
      ['b4', 'wrong'],
      ['d2', 'wrong'],
    ]);
  });

  it('counts free faces by set and cause', () => {
    expect(results.freeFaces).toMatchObject([
      { group: 'a', images: 1, refusedAsCovered: 0, byReason: {} },
      { group: 'b', images: 3, refusedAsCovered: 1, byReason: { sunglasses: 1, 'many-faces': 1, 'id-card': 1 } },
    ]);
    const table = gateTables(results).find((block) => block.kind === 'table' && block.columns[0] === 'free faces of');
    expect(table).toMatchObject({
      columns: ['free faces of', 'images', 'refused as covered', '95 %', 'id-card', 'sunglasses', 'many-faces'],
    });
  });

  it('counts free faces by a column of the manifest where it stands for ten or more', () => {
    const group = (by: string, n: number, came: string) =>
      Array.from({ length: n }, (_, i) => [image('no_mask', { path: `${by}${i}`, set: 'a', by }), came] as const);
    const photos = [...group('men', 10, '406 mask'), ...group('women', 12, '200'), ...group('pair:3', 2, '200')];
    const outcomes = new Map(photos.map(([{ path }, came]) => [path, outcome(came)]));
    const judgedPhotos = judged(
      photos.map(([photo]) => photo),
      outcomes,
    );
    const { freeFaces } = gateResults(judgedPhotos, { seconds: 1, minFaceWidth: 0, labelsCorrected: 0 });
    expect(freeFaces.map((row) => [row.group, row.images, row.refusedAsCovered])).toEqual([
      ['a, men', 10, 10],
      ['a, women', 12, 0],
      ['a', 2, 0],
    ]);
  });
});

describe('the table of targets', () => {
  const targets = gateTargets(all);
  const value = (name: string) => {
    const row = targets.find((one) => one.name.startsWith(name));
    return row && [row.events, row.count, row.met];
  };

  it('the table of targets counts what each target counts', () => {
    expect(value('Masks refused')).toEqual([3, 4, false]);
    expect(value('Masks answered 406')).toEqual([2, 3, null]);
    expect(value('Sunglasses refused')).toEqual([1, 1, true]);
    expect(value('Hats and caps refused')).toEqual([1, 1, true]);
    expect(value('Bare faces and eyeglasses refused as covered')).toEqual([1, 4, false]);
    expect(value('Bare faces and eyeglasses refused for anything')).toEqual([3, 4, null]);
    expect(value('Identity documents refused, real')).toEqual([1, 1, true]);
    expect(value('Identity documents refused, gen')).toEqual([0, 1, null]);
    // Everything but the documents, the photo without a face and the formats.
    expect(value('Selfies and portraits')).toEqual([1, 10, false]);
    expect(value('No-face')).toEqual([1, 1, true]);
    expect(targets.find(({ name }) => name === 'Masks refused')?.note).toBe('1 refused with another code');
  });

  it('the table of targets leaves out what no image shows', () => {
    expect(value('Too close')).toBeUndefined();
    expect(gateTargets([])).toEqual([]);
  });

  it('the table of targets has a row for each code that the manifest states against the label', () => {
    const stated = judged([image('', { expect: 407 })], new Map([['x.jpg', outcome('407 no-face')]]));
    expect(gateTargets(stated)).toMatchObject([{ name: 'Stated 407, answered 407', events: 1, count: 1, met: null }]);
  });

  it('the table of targets has the rates of corrected labels beside those of the labels as given', () => {
    const correctedLabels = corrected(
      images,
      new Map([
        ['b2', ['sunglasses']],
        ['m3', ['noisy']],
      ]),
    );
    const outcomes = new Map(rows.map(([path, , , came]) => [path, outcome(came)]));
    const both = withCorrected(targets, gateTargets(judged(correctedLabels, outcomes)));
    const row = (name: string) => both.find((one) => one.name === name);
    expect(row('Masks refused')).toMatchObject({ events: 3, count: 4, met: false });
    expect(row('Masks refused')?.corrected).toEqual({ events: 3, count: 3, value: 1 });
    expect(row('Sunglasses refused')?.corrected).toMatchObject({ events: 2, count: 2 });
    expect(row('Bare faces and eyeglasses refused as covered')?.corrected).toMatchObject({ events: 0, count: 3 });
    expect(targets.every((one) => one.corrected === null)).toBe(true);
  });
});

describe('sending photos through the gates', () => {
  const analyser = (embedPhoto: PhotoEmbedder['embedPhoto']): PhotoEmbedder => ({ embedPhoto });

  it('the gates get photos as /search sends them, and code and reason are kept', async () => {
    const folder = await tinyFolder({ 'a.jpg': 'a', 'b.jpg': 'b', 'c.jpg': 'c' });
    const asked = new Set<string>();
    const strict = analyser(async (bytes, options) => {
      asked.add(JSON.stringify(options));
      if (bytes.toString() === 'a') throw new FaceSearchError('NOT_FULL_FACE', 'mask');
      if (bytes.toString() === 'b') throw new FaceSearchError('MANY_FACES');
      return { embedding: new Float32Array(), overruled: [], timings: {} };
    });
    const progress: number[][] = [];
    const outcomes = await judgeImages(strict, folder, ['a.jpg', 'b.jpg', 'c.jpg'], {
      version: 'v3',
      concurrency: 1,
      onProgress: (...numbers) => progress.push(numbers),
    });
    expect([...outcomes.values()]).toEqual([
      { code: 406, reason: 'mask' },
      { code: 407, reason: 'many-faces' },
      { code: 200, reason: '' },
    ]);
    expect(progress).toEqual([
      [1, 1],
      [2, 2],
      [3, 2],
    ]);
    expect([...asked].map((json) => JSON.parse(json))).toEqual([
      { version: 'v3', allowIdCard: false, severalFaces: 'refuse', disableValidation: false },
    ]);
  });

  it('the evaluation of gates stops when the server itself fails', async () => {
    const folder = await tinyFolder({ 'a.jpg': 'a' });
    const full = analyser(() => Promise.reject(new FaceSearchError('OVERLOADED', 'queue-full')));
    await expect(judgeImages(full, folder, ['a.jpg'], { version: 'v3', concurrency: 1 })).rejects.toThrow('overloaded');
  });
});

describe('a list of corrected labels', () => {
  it('a list of corrected labels has the labels by path, and leaves out labels that it does not change', async () => {
    const folder = await tinyFolder({ 'c.csv': 'path,hat,label\n./a.jpg,1,hat | sunglasses\nb.jpg,?,\n' });
    expect(await readCorrections(`${folder}/c.csv`)).toEqual(new Map([['a.jpg', ['hat', 'sunglasses']]]));
  });

  it.each([
    ['path,hat\na.jpg,1\n', 'has no column "label"'],
    ['path,label\n,hat\n', 'line 2: the path is empty'],
    ['path,label\na.jpg,\n', 'corrects no label'],
  ])('a list of corrected labels that is %j is refused', async (text, message) => {
    const folder = await tinyFolder({ 'c.csv': text });
    await expect(readCorrections(`${folder}/c.csv`)).rejects.toThrow(message);
  });
});
